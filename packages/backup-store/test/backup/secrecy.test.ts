import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createAt, newPlace, readObjects } from '../fixtures/place.ts';
import { noise } from '../fixtures/content.ts';
import { buildTree, symlink } from '../fixtures/tree.ts';

const SECRETS = {
  content: 'PLAINTEXT-OF-A-FILE',
  name: 'NAME-OF-A-FILE',
  folder: 'NAME-OF-A-FOLDER',
  target: 'TARGET-OF-A-LINK',
  tag: 'TAG-OF-A-SNAPSHOT',
  snapshot: 'NAME-OF-A-SNAPSHOT',
  note: 'NOTE-OF-A-SNAPSHOT',
  tenant: 'NAME-OF-A-TENANT',
  host: 'NAME-OF-A-HOST',
};

/** How a text can stand in stored bytes: as it is, or in the encodings this program uses. */
function spellings(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  // Base64 differs by where the text begins in its group of three.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [text, text.toLowerCase(), bytes.toString('hex'), ...base64].map((each) => Buffer.from(each));
}

function where(objects: ReadonlyMap<string, Buffer>, needle: Buffer): string[] {
  return [...objects].flatMap(([name, bytes]) => (bytes.includes(needle) || name.includes(`${needle}`) ? [name] : []));
}

it.each(['none', 'balanced'] as const)(
  'no stored byte or name shows content, file names, tags or tenants (compression %s)',
  async (compression) => {
    const place = newPlace();
    buildTree(place.source, {
      [SECRETS.name]: SECRETS.content.repeat(1000),
      [SECRETS.folder]: {
        link: symlink(SECRETS.target),
        [`${SECRETS.name}.2`]: SECRETS.content,
        big: noise(3_000_000, 1),
      },
    });
    const repository = await createAt(place, { host: SECRETS.host, passphrase: 'PASSPHRASE-OF-THE-REPOSITORY' });
    await repository.backup({
      paths: [place.source],
      compression,
      name: SECRETS.snapshot,
      note: SECRETS.note,
      tags: [SECRETS.tag],
      tenant: SECRETS.tenant,
    });
    const objects = readObjects(place.store);
    expect(objects.size).toBeGreaterThan(6);
    const known = [...Object.values(SECRETS), 'PASSPHRASE-OF-THE-REPOSITORY', place.source, 'default'];
    for (const text of known) for (const needle of spellings(text)) expect(where(objects, needle), text).toEqual([]);
    // Nor incompressible content, wherever it was cut.
    const content = noise(3_000_000, 1);
    for (let at = 0; at < content.length - 16; at += 99_991)
      expect(where(objects, content.subarray(at, at + 16))).toEqual([]);
    const secret = /[0-9A-Za-z+/=_-]{40,}/.exec(readFileSync(place.keyFile, 'utf8').replaceAll(/^#.*$/gm, ''))?.[0];
    expect(secret).toBeDefined();
    expect(where(objects, Buffer.from(secret ?? ''))).toEqual([]);
    expect(where(objects, Buffer.from(secret ?? '', 'base64'))).toEqual([]);
  },
);

it('the same content makes other bytes in another repository, and for another tenant', async () => {
  const [one, two] = [newPlace(), newPlace()];
  buildTree(one.source, { file: noise(100_000, 'same') });
  const first = await createAt(one);
  await first.backup({ paths: [one.source] });
  const afterFirst = readObjects(one.store);
  await first.backup({ paths: [one.source], tenant: 'other' });
  await (await createAt(two)).backup({ paths: [one.source] });
  const blocks = (objects: Map<string, Buffer>): Set<string> =>
    new Set(
      [...objects].flatMap(([name, bytes]) =>
        name.startsWith('packs/') ? [bytes.toString('latin1').slice(200, 264)] : [],
      ),
    );
  const all = [...blocks(readObjects(one.store)), ...blocks(readObjects(two.store))];
  expect(blocks(afterFirst).size).toBeGreaterThan(0);
  expect(new Set(all).size).toBe(all.length);
});

it('sizes of stored objects are padded', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x', b: noise(123_457, 1) });
  await (await createAt(place)).backup({ paths: [place.source] });
  const odd = [...readObjects(place.store)].filter(
    ([name, bytes]) => !name.startsWith('holdfast') && !name.startsWith('keys/slots/') && bytes.length % 4096 !== 0,
  );
  expect(odd.map(([name]) => name)).toEqual([]);
});

it('a repository without encryption says so, wherever it is asked', async () => {
  const place = newPlace();
  const repository = await createAt(place, { encrypted: false });
  buildTree(place.source, { a: 'x' });
  await repository.backup({ paths: [place.source] });
  expect(repository.encrypted).toBe(false);
  expect(await repository.info()).toMatchObject({ encrypted: false, encryption: 'none' });
  expect((await repository.snapshot('latest')).encryption.algorithm).toBe('none');
});
