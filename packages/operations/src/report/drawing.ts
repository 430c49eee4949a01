/** What a shape means; HTML and PDF have a colour for each. */
export type Ink = 'text' | 'soft' | 'edge' | 'line' | 'second' | 'good' | 'warn' | 'bad' | 'unknown';

/** A place: x to the right, y down. */
export type Place = readonly [x: number, y: number];

/** A shape of a drawing. */
export type Shape =
  | {
      readonly kind: 'rect';
      readonly at: Place;
      readonly width: number;
      readonly height: number;
      readonly ink: Ink;
      readonly title?: string | undefined;
    }
  | { readonly kind: 'line'; readonly points: readonly Place[]; readonly ink: Ink; readonly width: number }
  | {
      readonly kind: 'dot';
      readonly at: Place;
      readonly radius: number;
      readonly ink: Ink;
      /** Only its edge: what differs by colour should differ by form, too. */
      readonly hollow?: boolean | undefined;
      readonly title?: string | undefined;
    }
  | {
      readonly kind: 'text';
      readonly at: Place;
      readonly text: string;
      readonly anchor: 'start' | 'middle' | 'end';
    };

/** A chart that is laid out, whoever draws it. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What is to be seen, in a sentence, for those who don't see it. */
  readonly description: string;
  readonly legend: readonly { readonly ink: Ink; readonly text: string; readonly hollow?: boolean | undefined }[];
  readonly shapes: readonly Shape[];
  /** The same as figures. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** Width of charts: that of a phone, so that letters keep their size there. */
export const CHART_WIDTH: number = 340;

/** A thin line, of an axis. */
export function edgeLine(from: Place, to: Place): Shape {
  return { kind: 'line', points: [from, to], ink: 'edge', width: 1 };
}

/** A length with at most two decimals: drawings are texts, and should be the same everywhere. */
export function rounded(length: number): number {
  return Math.round(length * 100) / 100;
}
