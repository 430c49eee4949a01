import { readFileSync } from 'node:fs';

const NOBODY = 65_534;

/** Whom a server runs as that refuses to run as root: its own user of the system, if this process is root. */
export function systemUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  // Asking a program costs more each time than all else that is needed to start another one.
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? NOBODY), gid: Number(gid ?? NOBODY) };
}
