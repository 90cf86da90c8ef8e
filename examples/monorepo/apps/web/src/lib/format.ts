const compact = new Intl.NumberFormat("en", { notation: "compact" });

export function points(value: number): string {
  return `${compact.format(value)} pts`;
}

export function initials(name: string): string {
  return name
    .split(/\s+/)
    .map(([first = ""]) => first.toUpperCase())
    .join("");
}
