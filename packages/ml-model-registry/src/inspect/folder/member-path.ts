/** Longest path of a member, in bytes. */
const MOST_BYTES = 512;
/** Most folders in each other. */
export const MOST_DEPTH = 16;
/** Most files of a folder that is one model: the history has their digests. */
export const MOST_MEMBERS = 4096;

/**
 * Whether a path leads to a file below a folder, on every system: parts between slashes, none of which leads elsewhere, has characters that steer a
 * terminal, or ends so that Windows would take it for another.
 */
export function isMemberPath(path: unknown): path is string {
  if (typeof path !== 'string' || Buffer.byteLength(path) > MOST_BYTES) return false;
  const parts = path.split('/');
  return parts.length <= MOST_DEPTH && parts.every(isPart);
}

function isPart(part: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return part !== '' && part !== '.' && part !== '..' && !/[\\:\u0000-\u001f\u007f\ufffd]|[. ]$/.test(part);
}
