import { zstdDecompressSync } from 'node:zlib';
import { fence, hex, type Opened, row } from './example-bytes.ts';
import type { Example } from './make-example.ts';

/** The text about what a round has left in the example. */
export function exampleRound({ objects, round }: Example, open: (name: string, kind: number) => Opened): string[] {
  const keys = Object.keys(round.created);
  const nameOf = (pattern: RegExp): string => keys.find((key) => pattern.test(key)) as string;
  const record = (name: string, kind: number): string[] => {
    const { content } = open(name, kind);
    const body = content.subarray(1);
    const isPlain = content[0] === 0;
    const text = isPlain ? body : zstdDecompressSync(body);
    const form = isPlain ? '00, then' : `01, then zstd, ${body.length} bytes, of`;
    return [row('name', name), row('content', form), row('', text.toString())];
  };
  const decision = nameOf(/^gc\/.*\/decision$/u);
  const { salt, commitment, derived } = open(decision, 8);
  const shown = (key: string, sizes: Readonly<Record<string, string>>): string =>
    `${String(Buffer.from(sizes[key] as string, 'base64').length).padStart(5)}  ${key}`;
  return [
    'A second snapshot was made, of the same folder with one more file; then the first one was forgotten, and a round took place. Added:',
    fence(...keys.map((key) => shown(key, round.created))),
    'Gone (sessions, and the forget marker, came and went in between):',
    fence(...round.deleted.map((key) => shown(key, objects))),
    'The round, in the order of its steps. Everything is sealed with the keeper key.',
    fence(...record(nameOf(/^gc\/.*\/open$/u), 8)),
    fence(...record(nameOf(/^history\/.*[0-9a-f]$/u), 10)),
    fence(
      row('salt', hex(salt)),
      row('HKDF 0..31', `${hex(derived.subarray(0, 32))} = key of the object`),
      row('HKDF 32..63', `${hex(commitment)} = bytes 48 to 79`),
      ...record(decision, 8),
    ),
    fence(row('name', nameOf(/\/closed$/u)), row('content', open(nameOf(/\/closed$/u), 8).content.toString())),
    'Commits of epoch 0 are not read any more. Of the two index segments of the history one is that of the second snapshot, the other the keeper’s own, below an id that has no commit: what the one of the first snapshot said, without the pack that is gone.',
  ];
}
