import type { ReleaseNotes } from '../../src/index.ts';

/** Notes of a release: texts by title. */
export function notes(
  version: string | undefined,
  sections: Readonly<Record<string, readonly string[]>> = {},
): ReleaseNotes {
  return {
    version,
    tag: version === undefined ? undefined : `v${version}`,
    dateMs: version === undefined ? undefined : Date.UTC(2026, 0, 31),
    causes: [],
    sections: Object.entries(sections).map(([title, texts]) => ({
      title,
      entries: texts.map((text) => ({
        type: 'feat',
        scope: undefined,
        text,
        hash: undefined,
        isBreaking: false,
        commit: undefined,
      })),
    })),
  };
}
