import type { FrameKind } from './content-report.ts';

/** How frames of one kind are compressed. */
export interface AutoMethods {
  /** Levels of zstd, from quick to patient. */
  readonly levels: readonly number[];
  /** The share of its bytes that a frame of this kind should save; below it, the next level is tried. */
  readonly expected: number;
}

/*
 * From measurements of 25 MB of each kind (docs/decisions/0033-auto-profile.md): level 3 is where time and size meet for all that compresses.
 * Of text, level 6 stores 9 to 12 % less in three times as long; of dumps and of programs, the levels between 3 and 9 gain
 * 2 to 5 %. Expectations of all kinds but dumps are well below what is usual, so that only the unusual is tried again.
 */
const DUMP: AutoMethods = { levels: [3, 9, 12], expected: 0.7 };
const STRUCTURED: AutoMethods = { levels: [3, 6, 12], expected: 0.6 };
const CODE: AutoMethods = { levels: [3, 6, 12], expected: 0.5 };
const TABLE: AutoMethods = { levels: [3, 6, 12], expected: 0.4 };
const BINARY: AutoMethods = { levels: [3, 6, 9], expected: 0.2 };
/** Compressed already: a look at its middle finds most of it, which is stored as it is. Nothing more is tried with the rest. */
const PACKED: AutoMethods = { levels: [3], expected: 0 };

const METHODS: Readonly<Record<FrameKind, AutoMethods>> = {
  'sql-dump': DUMP,
  json: STRUCTURED,
  log: STRUCTURED,
  markup: STRUCTURED,
  text: STRUCTURED,
  source: CODE,
  table: TABLE,
  database: BINARY,
  executable: BINARY,
  document: BINARY,
  tar: BINARY,
  columnar: BINARY,
  model: BINARY,
  binary: BINARY,
  mixed: BINARY,
  image: PACKED,
  audio: PACKED,
  video: PACKED,
  packed: PACKED,
  random: PACKED,
};

/** How the profile `auto` compresses frames of a kind. */
export const autoMethods = (kind: FrameKind): AutoMethods => METHODS[kind];
