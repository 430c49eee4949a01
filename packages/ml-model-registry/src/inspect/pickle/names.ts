import { quoted } from '../quoted.ts';
import type { Argument } from './arguments.ts';
import { enclosedIn } from './boosters.ts';
import type { Machine } from './machine.ts';
import { Dict, Global, kindOf, Made, Opaque, Tuple, type Value } from './values.ts';

/** A text that follows an opcode. */
export function textOf(argument: Argument): string {
  return typeof argument === 'string' ? argument : '';
}

/** The name of `GLOBAL` and `INST`: two lines of UTF-8. */
export function globalOf({ stack, judge }: Machine, lines: Argument): Global {
  const [module = '', name = ''] = Buffer.from(textOf(lines), 'latin1').toString('utf8').split('\n');
  return judge.refer(module, name, stack.at);
}

/** `STACK_GLOBAL`: the name is on the stack. */
export function stackGlobal({ stack, judge, inspection }: Machine): void {
  const name = stack.pop();
  const module = stack.pop();
  if (typeof name === 'string' && typeof module === 'string') {
    stack.push(judge.refer(module, name, stack.at));
    return;
  }
  const message = `Expected texts as the name of what is imported, got ${kindOf(module)} and ${kindOf(name)}`;
  inspection.find('PICKLE_HIDDEN_NAME', message, stack.at);
  stack.push(new Global('?', '?', undefined));
}

/** `INST` and `OBJ`: a call where there are arguments, a new object where there are none. */
export function instantiate({ stack, judge }: Machine, type: Value, args: readonly Value[]): void {
  stack.hold(64);
  const known = type instanceof Global && type.rule?.data === true && args.length === 0;
  stack.push(known ? judge.make(type, stack.at) : judge.call(type, new Tuple(args), stack.at));
}

/** `PERSID` and `BINPERSID`: what the program that loads the pickle knows by an id. */
export function persistent(machine: Machine, id: Value): void {
  const { stack, inspection } = machine;
  const found = machine.persistent?.(id, stack.at);
  if (found === undefined) {
    const what = typeof id === 'string' ? quoted(id) : kindOf(id);
    inspection.find(
      'PICKLE_OUTSIDE',
      `Expected all of the object in the pickle, got ${what}, which a program must find elsewhere`,
      stack.at,
    );
  }
  stack.push(found ?? new Opaque('what is kept elsewhere'));
}

/** `EXT1`, `EXT2` and `EXT4`: a name by its number. */
export function extension({ stack, inspection }: Machine, code: Argument): void {
  const message = `Expected names that are written out, got number ${Number(code)} of a registry that each program fills by itself`;
  inspection.find('PICKLE_HIDDEN_NAME', message, stack.at);
  stack.push(new Global('?', '?', undefined));
}

/** `BUILD`: attributes for what is on top. */
export function build(machine: Machine): void {
  const { stack, judge } = machine;
  const state = stack.pop();
  const target = stack.top();
  judge.build(target, state, stack.at);
  if (!(target instanceof Made) || target.by === undefined) return;
  if (target.by.path.endsWith('joblib.numpy_pickle.NumpyArrayWrapper')) machine.wrapper = target;
  if (!(state instanceof Dict)) return;
  const version = state.entries.get('_sklearn_version');
  if (typeof version === 'string' && /^\d[\w.+-]{0,40}$/.test(version)) machine.scikitLearn ??= version;
  const enclosed = enclosedIn(target.by, state);
  if (enclosed !== undefined) machine.enclosed.push(enclosed);
}
