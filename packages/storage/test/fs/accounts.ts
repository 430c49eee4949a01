const NOBODY = 65_534;

/** Why permissions can't be tested here, if so. */
export const noAccounts: string | undefined = process.platform === 'win32' ? 'Windows has no modes' : undefined;

/** Runs a test as a user whom modes can stop: root gives up its rights for that time. */
export async function asOrdinaryUser(run: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return run();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
