/**
 * Reads a text as `EnvironmentFile=` of systemd.exec(5) does, written after that page and what systemd was seen to do: quotes may follow each other, single ones are literal, in double ones a
 * backslash escapes a double quote, a backslash, a backtick and a dollar sign; without quotes it escapes anything, and joins lines.
 */
export function parseAsSystemd(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let at = 0;
  const next = (): string => text[at++] ?? '\n';
  while (at < text.length) {
    let key = '';
    let isComment = false;
    for (let c = next(); (isComment || c !== '=') && c !== '\n'; c = next()) {
      isComment ||= key.trim() === '' && '#;'.includes(c);
      key += c;
    }
    if (isComment || key.trim() === '') continue;
    if (text[at - 1] !== '=') throw new Error(`no assignment: ${key}`);
    variables[key.trim()] = valueOf(next);
  }
  return variables;
}

function valueOf(next: () => string): string {
  let value = '';
  let state: 'before' | 'bare' = 'before';
  let blanks = 0;
  for (let c = next(); c !== '\n'; c = next()) {
    if (state === 'before' && c === "'") {
      for (let inner = next(); inner !== "'"; inner = next()) value += inner;
    } else if (state === 'before' && c === '"') {
      for (let inner = next(); inner !== '"'; inner = next()) {
        if (inner !== '\\') value += inner;
        else {
          const escaped = next();
          if (escaped !== '\n') value += '"\\`$'.includes(escaped) ? escaped : `\\${escaped}`;
        }
      }
    } else if (c === '\\') {
      state = 'bare';
      const escaped = next();
      if (escaped !== '\n') value += escaped;
      blanks = 0;
    } else if (state === 'before' && /\s/.test(c)) {
      continue;
    } else {
      state = 'bare';
      value += c;
      blanks = /\s/.test(c) ? blanks + 1 : 0;
    }
  }
  return blanks === 0 ? value : value.slice(0, -blanks);
}
