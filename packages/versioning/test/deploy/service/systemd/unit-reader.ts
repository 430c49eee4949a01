/** A unit as systemd understands it, by systemd.syntax(7), systemd.unit(5), systemd.exec(5) and systemd.service(5); independent of the code that writes them. */
export interface ReadUnit {
  /** The settings of `[Service]`, raw, in their order. */
  readonly settings: readonly (readonly [string, string])[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string | undefined;
  readonly stdout: string | undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
};

/** Lines that end with a backslash go on with the next one; comments and blanks around lines are none of them. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const raw of text.split('\n')) {
    const line = open === '' ? raw.trimStart() : raw;
    if (/^\s*[#;]/.test(line)) continue;
    if (line.endsWith('\\')) open += `${line.slice(0, -1)} `;
    else {
      lines.push((open + line).trim());
      open = '';
    }
  }
  return lines.filter((line) => line !== '');
}

/** Splits into words, with quotes and C escapes. */
function words(text: string): string[] {
  const found: string[] = [];
  let i = 0;
  while (i < text.length) {
    if (/\s/.test(text[i] as string)) {
      i++;
      continue;
    }
    let word = '';
    let quote = '';
    for (; i < text.length; i++) {
      const char = text[i] as string;
      if (char === '\\') {
        const next = text[++i] ?? '';
        if (next === 'x') {
          word += String.fromCharCode(Number.parseInt(text.slice(i + 1, i + 3), 16));
          i += 2;
        } else if (next in ESCAPES) word += ESCAPES[next];
        else if (`\\"'`.includes(next)) word += next;
        else throw new Error(`unknown escape \\${next}`);
      } else if (quote === '' && /\s/.test(char)) break;
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = '';
      else word += char;
    }
    if (quote !== '') throw new Error('a quote that does not end');
    found.push(word);
  }
  return found;
}

/** `%%` is a percent sign; no other specifier is meant in these tests. */
function specifiers(text: string): string {
  return text.replaceAll(/%(.?)/g, (_, next: string) => {
    if (next !== '%') throw new Error(`the specifier %${next}`);
    return '%';
  });
}

/** `$$` is a dollar sign; no variable is meant in these tests. */
function dollars(text: string): string {
  return text.replaceAll(/\$(.?)/g, (_, next: string) => {
    if (next !== '$') throw new Error(`the variable $${next}`);
    return '$';
  });
}

/** Reads a unit. @throws where systemd would understand something else than plain text. */
export function readUnit(text: string): ReadUnit {
  const settings: [string, string][] = [];
  let section = '';
  for (const line of logicalLines(text)) {
    const header = /^\[(.*)\]$/.exec(line);
    if (header !== null) section = header[1] as string;
    else if (section === 'Service') {
      const at = line.indexOf('=');
      settings.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
    }
  }
  const values = (name: string): string[] => settings.filter(([each]) => each === name).map(([, value]) => value);
  const [program = '', ...args] = words(values('ExecStart')[0] ?? '');
  const pairs = values('Environment').flatMap((value) => words(value).map(specifiers));
  return {
    settings,
    command: [specifiers(program), ...args.map((word) => dollars(specifiers(word)))],
    environment: Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
    workingDirectory: values('WorkingDirectory').map(specifiers)[0],
    stdout: values('StandardOutput').map((value) => specifiers(value).replace(/^append:/, ''))[0],
  };
}
