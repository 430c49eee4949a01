import type { Argument } from './arguments.ts';
import type { Enclosed } from './machine.ts';
import { opcodes } from './opcodes.ts';
import { Blob } from './values.ts';

/** Letters with which pickles of protocol 0 begin when they import something. */
const imports = /^[(\]}lNd0-9IK.]{0,8}[ci][A-Za-z_][\w.]{0,200}\n[A-Za-z_][\w.]{0,200}\n/;

/** What a pickle could be passed to a second time: a string that is a pickle itself. */
export function pickleIn(value: Argument, head: Uint8Array): Enclosed | undefined {
  if (typeof value === 'string')
    return mayBePickle(value) && beginsAsPickle(Buffer.from(value.slice(0, 512), 'latin1'))
      ? enclosed(value)
      : undefined;
  if (!(value instanceof Blob) || value.at === undefined || value.length < 5 || !beginsAsPickle(head)) return undefined;
  return enclosed({ at: value.at, length: value.length }, value.at);
}

/** Nearly no text is; this is quick. */
function mayBePickle(text: string): boolean {
  return text.length > 4 && (text.charCodeAt(0) === 0x80 || text.includes('\n'));
}

function enclosed(content: Enclosed['content'], at?: number): Enclosed {
  return {
    content,
    name: at === undefined ? 'text' : `bytes at ${at}`,
    only: ['pickle', 'joblib', 'pytorch-legacy'],
    expected: undefined,
  };
}

/** Whether bytes begin as a pickle that imports or builds something. Numbers look like this by chance less than once in a billion. */
export function beginsAsPickle(head: Uint8Array): boolean {
  const [first, version = 255, third = 0] = head;
  if (first === 0x80) {
    if (version < 2 || version > 5) return false;
    if (version < 4) return opcodes[third] !== undefined;
    return third === 0x95
      ? head.length >= 11 && head.subarray(7, 11).every((byte) => byte === 0)
      : opcodes[third] !== undefined && third < 0x80;
  }
  if (first === undefined || opcodes[first] === undefined || head.length < 5) return false;
  return imports.test(Buffer.from(head.subarray(0, 512)).toString('latin1'));
}
