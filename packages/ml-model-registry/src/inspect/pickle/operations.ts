import { malformed, StructureError } from '../structure-error.ts';
import type { Argument } from './arguments.ts';
import type { Machine } from './machine.ts';
import { build, extension, globalOf, instantiate, persistent, stackGlobal, textOf } from './names.ts';
import type { OpcodeName } from './opcodes.ts';
import { floating, memoPlace, rawUnicode, unquoted, wholeNumber } from './protocol-zero.ts';
import { Blob, Dict, kindOf, Opaque, Sequence, Tuple, type Value } from './values.ts';

type Operation = (machine: Machine, argument: Argument) => void;

const HIGHEST_PROTOCOL = 5;

/** What each opcode does to the stack, as CPython's `Modules/_pickle.c` does it, with signs in place of objects. */
const operations: Readonly<Record<OpcodeName, Operation>> = {
  MARK: ({ stack }) => stack.mark(),
  STOP: (machine) => {
    machine.hasStopped = true;
  },
  POP: ({ stack }) => {
    if (stack.isAtMark) stack.popMark();
    else stack.pop();
  },
  POP_MARK: ({ stack }) => void stack.popMark(),
  DUP: (machine) => {
    machine.unusual('Expected what Python pickles, got DUP, which it never writes');
    machine.stack.push(machine.stack.top());
  },
  FLOAT: ({ stack }, line) => stack.push(floating(textOf(line), stack.at)),
  INT: ({ stack }, line) =>
    stack.push(line === '00' ? false : line === '01' ? true : wholeNumber(textOf(line), stack.at)),
  LONG: ({ stack }, line) => stack.push(wholeNumber(textOf(line), stack.at)),
  NONE: ({ stack }) => stack.push(null),
  PERSID: (machine, id) => persistent(machine, textOf(id)),
  REDUCE: ({ stack, judge }) => {
    const args = stack.pop();
    stack.hold(64);
    stack.push(judge.call(stack.pop(), args, stack.at));
  },
  STRING: ({ stack }, line) => pushText(stack, unquoted(textOf(line), stack.at)),
  UNICODE: ({ stack }, line) => pushText(stack, rawUnicode(textOf(line), stack.at)),
  APPEND: ({ stack, judge }) => {
    const item = stack.pop();
    judge.append(stack.top(), [item], stack.at);
  },
  BUILD: build,
  GLOBAL: (machine, lines) => machine.stack.push(globalOf(machine, lines)),
  DICT: ({ stack, judge }) => {
    const items = evenly(stack.popMark(), stack.at);
    const dict = new Dict();
    stack.hold(64 + 24 * items.length);
    judge.setItems(dict, items, stack.at);
    stack.push(dict);
  },
  GET: ({ stack }, line) => stack.push(stack.recall(memoPlace(textOf(line), stack.at))),
  INST: (machine, lines) => {
    const args = machine.stack.popMark();
    instantiate(machine, globalOf(machine, lines), args);
  },
  LIST: ({ stack, judge }) => {
    const items = stack.popMark();
    const list = new Sequence('list');
    stack.hold(64);
    judge.append(list, items, stack.at);
    stack.push(list);
  },
  PUT: ({ stack }, line) => stack.remember(memoPlace(textOf(line), stack.at), stack.top()),
  SETITEM: ({ stack, judge }) => {
    const value = stack.pop();
    const key = stack.pop();
    stack.hold(48);
    judge.setItems(stack.top(), [key, value], stack.at);
  },
  TUPLE: ({ stack }) => pushTuple(stack, stack.popMark()),
  EMPTY_TUPLE: ({ stack }) => pushTuple(stack, []),
  BINFLOAT: push,
  BININT: push,
  BININT1: push,
  BININT2: push,
  BINPERSID: (machine) => persistent(machine, machine.stack.pop()),
  BINSTRING: push,
  SHORT_BINSTRING: push,
  BINUNICODE: push,
  EMPTY_LIST: ({ stack }) => {
    stack.hold(64);
    stack.push(new Sequence('list'));
  },
  APPENDS: ({ stack, judge }) => {
    const items = stack.popMark();
    judge.append(stack.top(), items, stack.at);
  },
  BINGET: ({ stack }, place) => stack.push(stack.recall(Number(place))),
  LONG_BINGET: ({ stack }, place) => stack.push(stack.recall(Number(place))),
  OBJ: (machine) => {
    const [type, ...args] = machine.stack.popMark();
    if (type === undefined) throw malformed('Expected a class above the mark, got nothing', machine.stack.at);
    instantiate(machine, type, args);
  },
  BINPUT: ({ stack }, place) => stack.remember(Number(place), stack.top()),
  LONG_BINPUT: ({ stack }, place) => stack.remember(Number(place), stack.top()),
  SETITEMS: ({ stack, judge }) => {
    const items = evenly(stack.popMark(), stack.at);
    stack.hold(24 * items.length);
    judge.setItems(stack.top(), items, stack.at);
  },
  EMPTY_DICT: ({ stack }) => {
    stack.hold(64);
    stack.push(new Dict());
  },
  PROTO: (machine, version) => {
    const { stack } = machine;
    if (Number(version) > HIGHEST_PROTOCOL)
      throw new StructureError(
        'UNSUPPORTED',
        `Expected a protocol up to ${HIGHEST_PROTOCOL}, got ${Number(version)}`,
        stack.at,
      );
    if (machine.protocol !== undefined || stack.at !== machine.start)
      machine.unusual('Expected the protocol once, at the beginning, got it elsewhere');
    machine.protocol = Number(version);
  },
  NEWOBJ: ({ stack, judge }) => {
    const args = stack.pop();
    if (!(args instanceof Tuple)) throw malformed(`Expected a tuple for a new object, got ${kindOf(args)}`, stack.at);
    stack.hold(64);
    stack.push(judge.make(stack.pop(), stack.at));
  },
  EXT1: extension,
  EXT2: extension,
  EXT4: extension,
  TUPLE1: ({ stack }) => pushTuple(stack, [stack.pop()]),
  TUPLE2: ({ stack }) => pushTuple(stack, [stack.pop(), stack.pop()].toReversed()),
  TUPLE3: ({ stack }) => pushTuple(stack, [stack.pop(), stack.pop(), stack.pop()].toReversed()),
  NEWTRUE: ({ stack }) => stack.push(true),
  NEWFALSE: ({ stack }) => stack.push(false),
  LONG1: pushLong,
  LONG4: pushLong,
  BINBYTES: push,
  SHORT_BINBYTES: push,
  SHORT_BINUNICODE: push,
  BINUNICODE8: push,
  BINBYTES8: push,
  EMPTY_SET: ({ stack }) => {
    stack.hold(64);
    stack.push(new Sequence('set'));
  },
  ADDITEMS: ({ stack, judge }) => {
    const items = stack.popMark();
    judge.append(stack.top(), items, stack.at);
  },
  FROZENSET: ({ stack, judge }) => {
    const set = new Sequence('frozenset');
    judge.append(set, stack.popMark(), stack.at);
    stack.hold(64);
    stack.push(set);
  },
  NEWOBJ_EX: ({ stack, judge }) => {
    const named = stack.pop();
    const args = stack.pop();
    if (!(named instanceof Dict && args instanceof Tuple))
      throw malformed('Expected a tuple and a dict for a new object, got others', stack.at);
    stack.hold(64);
    stack.push(judge.make(stack.pop(), stack.at));
  },
  STACK_GLOBAL: stackGlobal,
  MEMOIZE: ({ stack }) => stack.remember(stack.memoized, stack.top()),
  FRAME: (machine, length) => {
    const { stack } = machine;
    const start = stack.at + 9;
    if (machine.frameEnd !== undefined && stack.at < machine.frameEnd)
      throw malformed('Expected the end of a frame, got another frame in it', stack.at);
    machine.frameEnd = start + Number(length);
  },
  BYTEARRAY8: ({ stack }, bytes) =>
    stack.push(bytes instanceof Blob ? new Blob('bytearray', bytes.at, bytes.length) : null),
  NEXT_BUFFER: (machine) => {
    machine.inspection.find(
      'PICKLE_OUTSIDE',
      'Expected all bytes in the pickle, got a buffer that is kept elsewhere',
      machine.stack.at,
    );
    machine.stack.push(new Opaque('a buffer that is kept elsewhere'));
  },
  READONLY_BUFFER: ({ stack }) => void stack.top(),
};

function push({ stack }: Machine, argument: Argument): void {
  if (typeof argument === 'string') stack.hold(32 + argument.length);
  else if (argument instanceof Blob) stack.hold(48);
  stack.push(argument ?? null);
}

function pushLong({ stack }: Machine, argument: Argument): void {
  stack.push(argument instanceof Blob ? new Opaque('a large number') : (argument ?? null));
}

function pushText(stack: Machine['stack'], text: string): void {
  stack.hold(32 + text.length * 2);
  stack.push(text);
}

function pushTuple(stack: Machine['stack'], items: readonly Value[]): void {
  stack.hold(40 + 8 * items.length);
  stack.push(new Tuple(items));
}

function evenly(items: Value[], at: number): Value[] {
  if (items.length % 2 !== 0) throw malformed('Expected keys with values, got a key without one', at);
  return items;
}

/** The operation of an opcode. */
export function operationOf(name: OpcodeName): Operation {
  return operations[name];
}
