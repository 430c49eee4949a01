import { spawnSync } from 'node:child_process';

const NOBODY = 65_534;

/** Whom a server runs as that refuses to run as root: its own user of the system, if this process is root. */
export function systemUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim()) || NOBODY;
  return { uid: id('-u'), gid: id('-g') };
}
