import { shown, VersioningError } from '../../errors.ts';

/** What numbers a member may have. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
  /** Whether it may have a fraction. Default: `false`. */
  readonly isFraction?: boolean | undefined;
}

/** The members of one object of a configuration, each read once; what nobody has read is refused in the end. */
export class Members {
  readonly place: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  /** @throws {VersioningError} `INVALID_CHECK` for what is no object. */
  constructor(value: unknown, place: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(place, 'an object', value);
    }
    this.place = place;
    this.#values = value as Record<string, unknown>;
  }

  /** The place of a member, as messages have it. */
  at(name: string): string {
    return `${this.place}.${name}`;
  }

  /** A member as it is. */
  value(name: string): unknown {
    this.#read.add(name);
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  /** A text that is not empty. @throws {VersioningError} `INVALID_CHECK`. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw invalid(this.at(name), 'a text', value);
  }

  /** @throws {VersioningError} `INVALID_CHECK`, also when it is missing. */
  neededText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalid(this.at(name), 'a text', undefined);
    return value;
  }

  /** @throws {VersioningError} `INVALID_CHECK`. */
  number(name: string, { from, to, isFraction = false }: NumberRange): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const isRight =
      typeof value === 'number' && value >= from && value <= to && (isFraction || Number.isInteger(value));
    if (isRight) return value;
    const most = to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`;
    throw invalid(this.at(name), `a ${isFraction ? '' : 'whole '}number from ${from}${most}`, value);
  }

  /** @throws {VersioningError} `INVALID_CHECK`. */
  flag(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw invalid(this.at(name), 'true or false', value);
  }

  /** @throws {VersioningError} `INVALID_CHECK`. */
  texts(name: string): readonly string[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
    throw invalid(this.at(name), 'a list of texts', value);
  }

  /** @throws {VersioningError} `INVALID_CHECK`. */
  object(name: string): Members | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : new Members(value, this.at(name));
  }

  names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** @throws {VersioningError} `INVALID_CHECK` for members that nobody has read. */
  end(): void {
    const odd = Object.keys(this.#values).find((name) => !this.#read.has(name));
    if (odd === undefined) return;
    throw new VersioningError('INVALID_CHECK', `Expected no member ${shown(odd)} in ${this.place}, got one`, {
      hint: `Known ones are ${[...this.#read].join(', ')}.`,
    });
  }
}

/** The error of a member that is not as it has to be. */
export function invalid(place: string, wanted: string, value: unknown): VersioningError {
  const got = value === undefined ? 'nothing' : Array.isArray(value) ? 'a list' : shown(value);
  return new VersioningError('INVALID_CHECK', `Expected ${place} to be ${wanted}, got ${got}`, {
    hint: 'Correct it in the list of checks.',
  });
}
