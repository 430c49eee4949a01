import type { ParsedCommit } from '../commits/parsed-commit.ts';
import type { BumpCause } from '../version/plan-bump.ts';

/** One line of a changelog. */
export interface ChangelogEntry {
  readonly type: string;
  readonly scope: string | undefined;
  readonly text: string;
  /** Whether the text is Markdown, written for a changelog. Default: plain text, as commits have it. */
  readonly isMarkdown?: boolean | undefined;
  /** The commit that made it; `undefined` for one that was written by hand. */
  readonly hash: string | undefined;
  readonly isBreaking: boolean;
  readonly commit: ParsedCommit | undefined;
}

/** Entries under one title. */
export interface ChangelogSection {
  readonly title: string;
  readonly entries: readonly ChangelogEntry[];
}

/** What changed with one version. */
export interface ReleaseNotes {
  /** `undefined`: not released yet. */
  readonly version: string | undefined;
  readonly tag: string | undefined;
  /** Milliseconds since 1970; `undefined` when it is not released yet. */
  readonly dateMs: number | undefined;
  /** Without empty ones. */
  readonly sections: readonly ChangelogSection[];
  /** What raises the version, with a section of its own or not. */
  readonly causes: readonly BumpCause[];
}
