const gauges = new Map<string, number>();
const durations = new Map<string, number[]>();

export function setGauge(name: string, value: number): void {
  gauges.set(name, value);
}

export function observeDuration(name: string, milliseconds: number): void {
  const samples = durations.get(name) ?? [];
  samples.push(milliseconds);
  durations.set(name, samples);
}
