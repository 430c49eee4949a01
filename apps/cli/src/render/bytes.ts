const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A number of bytes for people: `0 B`, `1.5 KiB`, `312 MiB`. Three digits at most, binary units. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let value = bytes;
  let unit = 'B';
  for (const next of UNITS) {
    if (value < 999.5) break;
    value /= 1024;
    unit = next;
  }
  const digits = value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}

/** A count with commas between thousands. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with its noun: `1 file`, `12,345 files`. */
export function formatNumberOf(count: number, singular: string, plural: string = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** Bytes a second for people. */
export function formatRate(bytes: number, ms: number): string {
  return ms <= 0 ? '-' : `${formatBytes((bytes * 1000) / ms)}/s`;
}
