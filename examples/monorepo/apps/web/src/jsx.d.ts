/** Enough of JSX for the sample to type-check without a UI library. */
declare namespace JSX {
  type Element = object;
  interface IntrinsicElements {
    [name: string]: Record<string, unknown>;
  }
}
