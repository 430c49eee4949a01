/** What differs between the settings of two states. */
export interface ChangedSettings {
  /** Names that are new or gone, in their order. */
  readonly keys: readonly string[];
  /** Ports that are new, the lowest first. */
  readonly ports: readonly number[];
}

const SETTING = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/**
 * Compares two `.env` files, or examples of such: names that are new or gone, and values that are ports (of names that end with `PORT`) and were not there.
 * No other value is looked at, and none is given.
 */
export function changedSettings(before: string, after: string): ChangedSettings {
  const [old, next] = [settingsIn(before), settingsIn(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])].filter((name) => old.has(name) !== next.has(name));
  const known = new Set(portsIn(old));
  return {
    keys: names.toSorted(),
    ports: [...new Set(portsIn(next))].filter((port) => !known.has(port)).toSorted((a, b) => a - b),
  };
}

function settingsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, name, value = ''] = SETTING.exec(line) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

function portsIn(settings: ReadonlyMap<string, string>): readonly number[] {
  return [...settings]
    .filter(([name]) => /(?:^|_)PORT$/i.test(name))
    .map(([, value]) => Number(value.replace(/^(["'])(.*)\1$/, '$2')))
    .filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
}
