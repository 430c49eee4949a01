/** What programs need to find their way. Whatever else is in an environment may be a secret. */
const PASSED_ON = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SystemRoot', 'PATHEXT', 'COMSPEC'];

/**
 * The environment of a process that loads a model: the way to programs, the language, and what was named; nothing else, such as passwords. Its home and
 * its folder for temporary files are the folder that is removed afterwards.
 */
export function cleanEnvironment(
  folder: string,
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const kept = PASSED_ON.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const places = { HOME: folder, USERPROFILE: folder, TMPDIR: folder, TEMP: folder, TMP: folder };
  return { ...Object.fromEntries(kept), ...places, ...own };
}
