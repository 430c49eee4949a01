const NEEDED = { major: 22, minor: 19 };

/**
 * One sentence for a Node that is too old, else `undefined`. This file and `main.ts` must parse and run on
 * every Node that knows ES modules, since that sentence is all an old one gets.
 */
export function oldNodeSentence(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor)) return undefined;
  return `holdfast: Expected Node.js ${NEEDED.major}.${NEEDED.minor} or newer, got ${version}: install it from https://nodejs.org and run the command again.`;
}
