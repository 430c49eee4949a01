import { createHash } from 'node:crypto';
import { ModelError } from '../errors.ts';

/** Numbers that a model predicts for a draw. */
export interface Prediction {
  /** The `id` of the draw. */
  readonly draw: string | number;
  readonly numbers: readonly number[];
}

/** Numbers that were drawn. */
export interface Draw {
  readonly id: string | number;
  readonly numbers: readonly number[];
}

/** What a game is. Defaults are those of Lotofácil. */
export interface LotteryOptions {
  /** Numbers go from 1 to this. Default 25. */
  readonly pool?: number | undefined;
  /** Numbers of a draw. Default 15. */
  readonly drawn?: number | undefined;
  /** Numbers of a prediction. Default: as many as are drawn. */
  readonly predicted?: number | undefined;
  /** Counts of hits that have a metric each. Default: the five highest that there can be. */
  readonly hits?: readonly number[] | undefined;
  /** How many numbers are the frequent ones. Default: as many as are drawn. */
  readonly frequent?: number | undefined;
  /** The pattern of numbers, as a text. Default: how many are even, and how many in the lower half. */
  readonly patternOf?: ((numbers: readonly number[]) => string) | undefined;
}

/** A game with its defaults. */
export interface Game {
  readonly pool: number;
  readonly drawn: number;
  readonly predicted: number;
  readonly hits: readonly number[];
  readonly frequent: number;
  patternOf(numbers: readonly number[]): string;
  /** Names a list of predicted draws of this game. */
  digest(draws: readonly string[]): string;
}

/** Fills in defaults. @throws {ModelError} `INVALID_INPUT`. */
export function gameOf(options: LotteryOptions): Game {
  const { pool = 25, drawn = 15 } = options;
  const { predicted = drawn, frequent = drawn } = options;
  const most = Math.min(drawn, predicted);
  const { hits = [0, 1, 2, 3, 4].map((less) => most - less).filter((count) => count >= 0) } = options;
  for (const [name, value, limit] of [
    ['pool', pool, 1000],
    ['drawn', drawn, pool],
    ['predicted', predicted, pool],
    ['frequent', frequent, pool],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 1 || value > limit) throw wrong(`1 to ${limit} as ${name}`, value);
  }
  const odd = hits.find((count) => !Number.isSafeInteger(count) || count < 0 || count > most);
  if (odd !== undefined) throw wrong(`0 to ${most} hits`, odd);
  const patternOf =
    options.patternOf ??
    ((numbers) => {
      const even = numbers.filter((number) => number % 2 === 0).length;
      const low = numbers.filter((number) => number <= pool / 2).length;
      return `${even} even, ${low} low`;
    });
  const digest = (draws: readonly string[]): string =>
    `sha256:${createHash('sha256')
      .update(JSON.stringify([pool, drawn, predicted, draws]))
      .digest('hex')}`;
  return { pool, drawn, predicted, hits, frequent, patternOf, digest };
}

/** A draw whose numbers were looked at. */
export interface KnownDraw {
  readonly id: string | number;
  readonly numbers: ReadonlySet<number>;
}

/** Draws by their ids. @throws {ModelError} `INVALID_INPUT`. */
export function checkedDraws(draws: readonly Draw[], game: Game): ReadonlyMap<string, KnownDraw> {
  const known = new Map<string, KnownDraw>();
  for (const [at, { id, numbers }] of draws.entries()) {
    if (known.has(String(id))) throw wrong('each draw once', `draw ${id} again, at index ${at}`);
    checkNumbers(numbers, { game, count: game.drawn, place: `draw ${id} (index ${at})` });
    known.set(String(id), { id, numbers: new Set(numbers) });
  }
  return known;
}

/** Predictions with their draws. @throws {ModelError} `INVALID_INPUT`. */
export function checkedPredictions(
  predictions: readonly Prediction[],
  draws: ReadonlyMap<string, KnownDraw>,
  game: Game,
): readonly { readonly numbers: readonly number[]; readonly draw: KnownDraw }[] {
  if (predictions.length === 0) throw wrong('predictions', 'none');
  return predictions.map(({ draw: id, numbers }, at) => {
    const draw = draws.get(String(id));
    if (draw === undefined) throw wrong(`a draw that is among the draws in prediction ${at}`, JSON.stringify(id));
    checkNumbers(numbers, { game, count: game.predicted, place: `prediction ${at}` });
    return { numbers, draw };
  });
}

interface Expected {
  readonly game: Game;
  readonly count: number;
  readonly place: string;
}

function checkNumbers(numbers: readonly number[], { game, count, place }: Expected): void {
  // What comes from JSON may be anything.
  const isList: boolean = Array.isArray(numbers);
  if (!isList || numbers.length !== count) {
    throw wrong(`${count} numbers in ${place}`, isList ? numbers.length : typeof numbers);
  }
  const odd = numbers.find((number) => !Number.isSafeInteger(number) || number < 1 || number > game.pool);
  if (odd !== undefined) throw wrong(`numbers from 1 to ${game.pool} in ${place}`, odd);
  const twice = numbers.find((number, at) => numbers.indexOf(number) !== at);
  if (twice !== undefined) throw wrong(`each number once in ${place}`, `${twice} again`);
}

function wrong(expected: string, found: unknown): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${String(found)}`);
}
