import type { Inspection } from '../contract.ts';
import type { FormatReport } from '../inspection.ts';
import { type ByteSource, memorySource, partOf } from '../source/byte-source.ts';
import type { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { type Argument, ArgumentReader } from './arguments.ts';
import type { Names } from './judge.ts';
import { type Enclosed, Machine } from './machine.ts';
import { operationOf } from './operations.ts';
import { type Opcode, opcodes } from './opcodes.ts';
import { pickleIn } from './strings.ts';
import type { Made, Value } from './values.ts';

/** What a pickle may have around it. */
export interface PickleOptions {
  readonly inspection: Inspection;
  /** What an id outside of the pickle stands for; `undefined` for ids that nothing gives. */
  readonly persistent?: ((id: Value, at: number) => Value | undefined) | undefined;
  /** Names that are harmless here, beside those of the list. */
  readonly names?: Names | undefined;
  /** Takes the bytes that joblib puts after a wrapper. */
  readonly array?: ((wrapper: Made, cursor: Cursor) => Promise<void>) | undefined;
  /** Told of each text. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What one pickle is. */
export interface PickleResult {
  readonly root: Value;
  /** 0 where it does not say one. */
  readonly protocol: number;
  readonly frameworks: ReadonlySet<string>;
  /** The version of scikit-learn that it names. */
  readonly scikitLearn: string | undefined;
  /** How many arrays lay between its opcodes. */
  readonly arrays: number;
  /** What models of other formats in it told. */
  readonly enclosed: readonly FormatReport[];
}

/** Steps that a format within a pickle takes, as much as it costs to open it. */
const ENCLOSED_STEPS = 1000;

/** Whether an opcode brings a text or bytes. */
const isString = opcodes.map(
  (opcode) =>
    opcode !== undefined &&
    (/^(?:text|bytes|string)/.test(opcode.argument) || opcode.name === 'STRING' || opcode.name === 'UNICODE'),
);

const operations = opcodes.map((opcode) => (opcode === undefined ? undefined : operationOf(opcode.name)));

/**
 * Walks over one pickle, up to its STOP, with signs in place of objects. Nothing of it runs: names are held against a list, and calls against what the
 * list lets a name be called with.
 *
 * @throws {StructureError} where Python would stop, too, and at limits.
 */
export async function runPickle(cursor: Cursor, options: PickleOptions): Promise<PickleResult> {
  const { inspection } = options;
  const machine = new Machine(inspection, { ...options, start: cursor.position });
  const reader = new ArgumentReader(cursor, inspection);
  const told: FormatReport[] = [];
  let arrays = 0;
  while (!machine.hasStopped) {
    if (cursor.ready < 16) await filled(cursor);
    const at = cursor.position;
    machine.stack.at = at;
    inspection.step(1, at);
    const code = cursor.u8();
    const opcode = opcodes[code];
    const operation = operations[code];
    if (opcode === undefined || operation === undefined) throw malformed(`Expected an opcode, got byte ${code}`, at);
    while (!reader.take(opcode.argument)) await cursor.need(reader.wanted);
    check(machine, opcode, cursor);
    operation(machine, reader.value);
    if (reader.value !== undefined) {
      if (isString[code] === true) lookInside(machine, opcode, reader);
      if (typeof reader.value === 'string') options.onText?.(reader.value);
    }
    if (machine.enclosed.length > 0) await inspectEnclosed(machine, cursor.source, told);
    if (machine.wrapper !== undefined) {
      await takeArray(machine, cursor, options);
      arrays += 1;
    }
  }
  return { ...ended(machine, cursor), arrays, enclosed: told };
}

async function filled(cursor: Cursor): Promise<void> {
  await cursor.fill();
  if (cursor.left === 0)
    throw new StructureError('TRUNCATED', 'Expected STOP at the end of a pickle, got the end', cursor.position);
}

/** A string may be a pickle that is loaded later. */
function lookInside(machine: Machine, { name }: Opcode, reader: ArgumentReader): void {
  let value: Argument;
  if (name === 'STRING' || name === 'UNICODE') {
    const written = machine.stack.top();
    value = typeof written === 'string' ? written : undefined;
  } else value = reader.value;
  const found = value === undefined ? undefined : pickleIn(value, reader.head);
  if (found !== undefined) machine.enclosed.push(found);
}

/** What Python's pickler keeps to, and hand-made pickles often don't. */
function check(machine: Machine, opcode: Opcode, cursor: Cursor): void {
  if (opcode.protocol > (machine.protocol ?? 1) && opcode.name !== 'PROTO')
    machine.unusual(`Expected opcodes of the protocol that the pickle names, got later ones`);
  const { frameEnd } = machine;
  if (frameEnd === undefined) return;
  const { at } = machine.stack;
  if (at >= frameEnd) machine.frameEnd = undefined;
  else if (cursor.position > frameEnd)
    throw malformed('Expected an opcode within its frame, got one across the end', at);
}

function ended(machine: Machine, cursor: Cursor): Omit<PickleResult, 'arrays' | 'enclosed'> {
  const { stack, judge, protocol = 0, scikitLearn, frameEnd } = machine;
  const root = stack.pop();
  if (stack.size > 0 || stack.marks > 0)
    machine.unusual('Expected one value at the end, got more, which are thrown away');
  if (frameEnd !== undefined && frameEnd > cursor.position)
    throw malformed('Expected the end of the frame at STOP, got a longer frame', stack.at);
  return { root, protocol, frameworks: judge.frameworks, scikitLearn };
}

async function inspectEnclosed(machine: Machine, source: ByteSource, told: FormatReport[]): Promise<void> {
  for (const { content, name, only, expected } of machine.enclosed.splice(0)) {
    const { at } = machine.stack;
    machine.inspection.step(ENCLOSED_STEPS, at);
    // Texts that stand for bytes are latin1, as Python 2 and `codecs` have them; models are UTF-8.
    const bytes = enclosedBytes(content, source, expected === undefined ? 'latin1' : 'utf8');
    const report = await machine.inspection.nested(bytes, name, only);
    if (report !== undefined) told.push(report);
    if (expected === undefined && report !== undefined)
      machine.inspection.find('PICKLE_NESTED', 'Expected strings that are no pickles, got one that is', at);
    if (expected !== undefined && report === undefined)
      machine.inspection.find('UNSUPPORTED', `Expected ${expected}, got another format`, at);
  }
}

function enclosedBytes(content: Enclosed['content'], source: ByteSource, encoding: 'latin1' | 'utf8'): ByteSource {
  if (typeof content !== 'string') return partOf(source, content.at, content.length);
  return memorySource(Buffer.from(content, encoding));
}

async function takeArray(machine: Machine, cursor: Cursor, options: PickleOptions): Promise<void> {
  const { wrapper, frameEnd, stack } = machine;
  machine.wrapper = undefined;
  if (wrapper === undefined) return;
  if (options.array === undefined) throw malformed('Expected no array between opcodes here, got one', stack.at);
  // Joblib reads on where the frame ends: opcodes after this one would come before the array for one reader, and after it for another.
  if (frameEnd !== undefined && frameEnd !== cursor.position)
    throw malformed('Expected the end of a frame before an array, got more of it', stack.at);
  machine.frameEnd = undefined;
  await options.array(wrapper, cursor);
}
