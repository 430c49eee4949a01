import { chown, lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv as parseAsNode } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEnv, formatEnv, parseEnv, planEnv } from '../../../src/deploy/index.ts';
import { newSite, type Site } from './site.ts';
import { parseAsSystemd } from './systemd-env.ts';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((each) => each !== '__proto__');
/** Mostly what is hard to quote. */
const value = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\'"`#$\\ ;=\n\t{}ab'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
});

describe('variables', () => {
  test('are read back as they were written, by us, by Node and by the rules of systemd; or they are refused', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (variables) => {
        let text: string;
        try {
          text = formatEnv(variables);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_OPTION' });
          return;
        }
        expect(Object.fromEntries(parseEnv(text, '.env'))).toEqual(variables);
        expect({ ...parseAsNode(text) }).toEqual(variables);
        expect(parseAsSystemd(text)).toEqual(variables);
      }),
      { numRuns: 1000 },
    );
  });

  test('of others are read as Node and systemd read them, or refused', () => {
    const line = fc.oneof(
      fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
      value,
      value.map((text) => `#${text}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        let variables: ReadonlyMap<string, string>;
        try {
          variables = parseEnv(text, '.env');
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ENV_FILE' });
          return;
        }
        expect({ ...parseAsNode(text) }).toEqual(Object.fromEntries(variables));
        expect(parseAsSystemd(text)).toEqual(Object.fromEntries(variables));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['', 'A=\n'],
    ['postgres://app@db:5432/shop?ssl=1', "A='postgres://app@db:5432/shop?ssl=1'\n"],
    ['/srv/my shop', "A='/srv/my shop'\n"],
    ['$HOME `x` #1', "A='$HOME `x` #1'\n"],
    ["it's", 'A="it\'s"\n'],
    ['a\'b"c', 'A=a\'b"c\n'],
    ['C:\\shop\\media', "A='C:\\shop\\media'\n"],
    ['-----BEGIN\nKEY-----', "A='-----BEGIN\nKEY-----'\n"],
  ])('%j stands there in the plainest form that means it', (each, text) => {
    expect(formatEnv({ A: each })).toBe(text);
  });

  test.each(['\u0000', 'a\r\nb', 'C:\\shop\\', '\'"#', "'\\", '"\'', '\ud800'])(
    '%j is refused and not shown',
    (secret) => {
      const error = { code: 'INVALID_OPTION', message: expect.not.stringContaining(secret) as string };
      expect(() => formatEnv({ A: secret })).toThrow(expect.objectContaining(error));
    },
  );

  test.each([
    ['a comment behind a value', 'B=1\nA=hunter2 # mine', 2],
    ['an escape in double quotes', 'A="hunter2\\n"', 1],
    ['a backslash', 'A=hunter2\\', 1],
    ['a quote that does not end', "A='hunter2\n\n", 1],
    ['something behind a quote', "A='hunter2'x", 1],
    ['backticks', 'A=`hunter2`', 1],
    ['no assignment', '\n\nhunter2', 3],
    ['a comment that is indented', ' # hunter2', 1],
    ['another kind of comment', '; hunter2=', 1],
    ['blanks for a value', 'A= \nhunter2=', 1],
    ['a blank that is none to all', 'A=hunter2\u00A0', 1],
    ['another name', 'my.name=hunter2', 1],
  ])('with %s are an error with its line, as readers differ there', (_, text, line) => {
    const error = {
      code: 'INVALID_ENV_FILE',
      place: { file: 'x/.env', line },
      message: expect.not.stringContaining('hunter2') as string,
    };
    expect(() => parseEnv(text, 'x/.env')).toThrow(expect.objectContaining(error));
  });

  test('may have comments, blanks, and export before them, and the last of a name counts', () => {
    const text = '# c\r\n#\r\n\r\nexport A = 1 2 \r\n B="3"\r\nA=4';
    expect([...parseEnv(text, '.env')]).toEqual([
      ['A', '4'],
      ['B', '3'],
    ]);
  });
});

describe('the .env of a release', () => {
  const planned = async (site: Site): Promise<Record<string, string>> =>
    Object.fromEntries(parseEnv((await planEnv(site.layout)).text, '.env'));

  test('has the root, then what is derived from it, and names of its own above others', async () => {
    const site = await newSite({ env: { CACHE: '${API_ROOT}/cache', TILES: '${CACHE}/tiles', PRICE: '$5 $${x}' } });
    const { root } = site.layout;
    expect(await planned(site)).toEqual({
      API_ROOT: root,
      DATABASE_URL: `sqlite:///${root}/shared/db/app.sqlite`,
      MEDIA_ROOT: `${root}/shared/media`,
      LOG_DIR: `${root}/shared/logs`,
      CACHE: `${root}/cache`,
      TILES: `${root}/cache/tiles`,
      PRICE: '$5 ${x}',
    });
  });

  test('takes in shared/.env, which comes before the layout, but never before the root', async () => {
    const site = await newSite({ env: { QUEUE: 'redis://:${QUEUE_PASSWORD}@localhost' } });
    await site.write('shared/.env', "API_ROOT=/elsewhere\nMEDIA_ROOT=/mnt/media\nQUEUE_PASSWORD='a b'\n");
    expect(await planned(site)).toMatchObject({
      API_ROOT: site.layout.root,
      MEDIA_ROOT: '/mnt/media',
      QUEUE: 'redis://:a b@localhost',
      QUEUE_PASSWORD: 'a b',
    });
    const { origins } = await planEnv(site.layout);
    expect(origins).toMatchObject({
      API_ROOT: 'root',
      LOG_DIR: 'layout',
      MEDIA_ROOT: 'shared',
      QUEUE_PASSWORD: 'shared',
    });
  });

  test('is not made of names that nobody knows, or of bytes that are no text', async () => {
    const site = await newSite({ env: { QUEUE: '${NOBODY}', NOBODY: '' } });
    await expect(planEnv(site.layout)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('QUEUE') as string,
    });
    await writeFile(join(site.layout.shared, '.env'), Buffer.from([0x41, 0x3d, 0xff]));
    await expect(planEnv(site.layout)).rejects.toMatchObject({ code: 'INVALID_ENV_FILE' });
  });

  test('is for its owner and the group of shared/.env, and replaces an older one', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no modes');
    const site = await newSite();
    await site.write('shared/.env', 'SECRET=1\n');
    if (process.getuid?.() === 0) await chown(join(site.layout.shared, '.env'), 0, 1234);
    const folder = join(site.layout.root, 'x');
    await mkdir(folder);
    await writeFile(join(folder, '.env'), 'old', { mode: 0o666 });
    await writeFile(join(folder, '.env.part'), 'left by a kill');
    await applyEnv(folder, await planEnv(site.layout));
    expect((await lstat(join(folder, '.env'))).mode & 0o777).toBe(0o640);
    if (process.getuid?.() === 0) expect((await lstat(join(folder, '.env'))).gid).toBe(1234);
    expect(await readFile(join(folder, '.env'), 'utf8')).toContain('SECRET=1\n');
    expect(await readdir(folder)).toEqual(['.env']);
  });
});
