import type { BackupSource } from '../source/contract.ts';

/** The same source with hooks: they run inside of its own, if it has some. */
export function withHooks(
  source: BackupSource,
  hooks: Pick<BackupSource, 'quiesce' | 'resume' | 'resumeBy'>,
): BackupSource {
  const { name, kind } = source;
  return {
    name,
    kind,
    resumeBy: hooks.resumeBy ?? source.resumeBy,
    read: (run) => source.read(run),
    async check(run) {
      await source.check?.(run);
    },
    async quiesce(run) {
      await source.quiesce?.(run);
      await hooks.quiesce?.(run);
    },
    async resume() {
      try {
        await hooks.resume?.();
      } finally {
        await source.resume?.();
      }
    },
  };
}
