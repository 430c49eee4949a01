/** What of the files is wanted, or not. */
export type PathTest = (file: { readonly name: string; readonly path: string; readonly absolute: string }) => boolean;

/**
 * Compiles patterns: `*` stands for any text in a name, `**` for any folders, `?` for one letter. One without a slash is about names at any depth, one with a
 * slash about paths below the folder that is looked through, or absolute ones.
 */
export function pathTest(patterns: readonly string[]): PathTest {
  const tests = patterns.map((pattern): PathTest => {
    const plain = pattern.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '');
    const expression = expressionOf(plain);
    if (!plain.includes('/')) return ({ name }) => expression.test(name);
    return ({ path, absolute }) => expression.test(path) || expression.test(absolute);
  });
  return (file) => tests.some((test) => test(file));
}

const PARTS = /\*\*\/|\*+|\?|[^*?]+/g;

function expressionOf(pattern: string): RegExp {
  const parts = (pattern.match(PARTS) ?? []).map((part) => {
    if (part === '**/') return '(?:[^/]+/)*';
    if (part === '**') return '.*';
    if (part.startsWith('*')) return '[^/]*';
    return part === '?' ? '[^/]' : part.replaceAll(/[.+^${}()|[\]\\/]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`, 'u');
}
