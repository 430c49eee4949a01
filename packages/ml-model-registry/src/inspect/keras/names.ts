/** Words as a set. */
export function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}

/** Names with 1D, 2D and 3D behind them. */
export function inDimensions(...lines: readonly string[]): readonly string[] {
  return [...words(...lines)].flatMap((name) => ['1D', '2D', '3D'].map((dimension) => `${name}${dimension}`));
}
