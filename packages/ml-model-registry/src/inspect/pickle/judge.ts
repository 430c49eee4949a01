import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import { currentName, ruleOf } from './allowed/allowed.ts';
import { dangerOf } from './dangerous.ts';
import { Dict, Global, kindOf, Made, type Rule, Sequence, Tuple, type Value } from './values.ts';

const nothing: readonly Value[] = [];

/** Functions that make objects of the class that is their first argument. */
const makers = /^(?:copyreg\._reconstructor|copyreg\.__newobj__|sklearn\.\w+\.\w+\.newObj)$/;

/** Classes whose objects are asked for later: their arguments are kept. */
const kept = /^(?:torch\.|torch$|numpy\.dtype$|_codecs\.encode$|builtins\.byte)/;

/** What a name may be used for, where it is on a list. */
export type Names = (module: string, name: string) => Rule | undefined;

/** Decides what a pickle may do, and reports what it may not. */
export class Judge {
  readonly #inspection: Inspection;
  readonly #more: Names | undefined;
  readonly #known = new Map<string, Global>();
  /** Packages whose names it refers to. */
  readonly frameworks: Set<string> = new Set<string>();

  /** `more` has names that are harmless here, beside those of the list. */
  constructor(inspection: Inspection, more: Names | undefined) {
    this.#inspection = inspection;
    this.#more = more;
  }

  /** A reference to a name, which Python imports at once. */
  refer(module: string, name: string, at: number): Global {
    const key = `${module}\n${name}`;
    const known = this.#known.get(key) ?? this.#named(module, name);
    if (this.#known.size < 10_000) this.#known.set(key, known);
    if (known.rule === undefined) this.#report(known, at);
    else if (known.rule.framework !== undefined) this.frameworks.add(known.rule.framework);
    return known;
  }

  #named(module: string, name: string): Global {
    const [currentModule, currentType] = currentName(module, name);
    return new Global(
      currentModule,
      currentType,
      this.#more?.(currentModule, currentType) ?? ruleOf(currentModule, currentType),
    );
  }

  #report(found: Global, at: number): void {
    const danger = dangerOf(found.module, found.name);
    const path = quoted(found.path);
    if (danger === undefined)
      this.#inspection.find('PICKLE_UNLISTED_NAME', `Expected names that are known to be data, got ${path}`, at);
    else
      this.#inspection.find(
        'PICKLE_DANGEROUS_NAME',
        `Expected names that are known to be data, got ${path}, which ${danger}`,
        at,
      );
  }

  /** A call: what it gives. */
  call(callee: Value, args: Value, at: number): Value {
    if (!(callee instanceof Global)) {
      this.#inspection.find('PICKLE_HIDDEN_NAME', `Expected a call of a name, got a call of ${kindOf(callee)}`, at);
      return new Made(undefined, nothing);
    }
    if (!(args instanceof Tuple)) {
      this.#inspection.find('PICKLE_HIDDEN_NAME', `Expected a call with a tuple, got ${kindOf(args)}`, at);
      return new Made(callee, nothing);
    }
    if (callee.rule !== undefined) this.#demandCall(callee, args, at);
    const [first] = args.items;
    if (makers.test(callee.path) && first instanceof Global) return new Made(first, nothing);
    return new Made(callee, kept.test(callee.path) ? args.items : nothing);
  }

  #demandCall(callee: Global, args: Tuple, at: number): void {
    const call = callee.rule?.call;
    if (call === true) return;
    if (call === undefined) {
      const danger = dangerOf(callee.module, callee.name);
      const message = `Expected ${quoted(callee.path)} not to be called, got a call`;
      if (danger === undefined) this.#misused(message, at);
      else this.#inspection.find('PICKLE_DANGEROUS_NAME', `${message}, which ${danger}`, at);
    } else {
      const expected = call(args.items);
      if (expected !== undefined)
        this.#misused(`Expected a call of ${quoted(callee.path)} with ${expected}, got other arguments`, at);
    }
  }

  /** A new object of a class, made without its constructor. */
  make(type: Value, at: number): Value {
    if (!(type instanceof Global)) {
      this.#inspection.find('PICKLE_HIDDEN_NAME', `Expected an object of a class, got one of ${kindOf(type)}`, at);
      return new Made(undefined, nothing);
    }
    if (type.rule !== undefined && type.rule.data !== true)
      this.#misused(`Expected an object of a class of data, got one of ${quoted(type.path)}`, at);
    return new Made(type, nothing);
  }

  /** Attributes, or whatever `__setstate__` of the class takes. */
  build(target: Value, state: Value, at: number): void {
    if (!(target instanceof Made))
      return this.#misused(`Expected attributes for an object that was made, got some for ${kindOf(target)}`, at);
    if (target.by === undefined) return;
    if (state instanceof Made && state.by?.rule?.items === true)
      this.#misused('Expected a dict of attributes, got what can hide some', at);
    const special = specialOf(state);
    if (special !== undefined)
      this.#misused(`Expected attributes, got ${quoted(special)}, which changes what the object is`, at);
    target.state = state;
  }

  /** Items for a list or set, or what acts as one. */
  append(target: Value, items: readonly Value[], at: number): void {
    if (target instanceof Sequence) for (const item of items) target.add(item);
    else this.#demandItems(target, at);
  }

  /** Items for a dict, or what acts as one: a key and a value in turn. */
  setItems(target: Value, items: readonly Value[], at: number): void {
    if (target instanceof Dict) {
      for (let index = 0; index < items.length; index += 2) target.set(items[index] ?? null, items[index + 1] ?? null);
      return;
    }
    this.#demandItems(target, at);
    if (!(target instanceof Made)) return;
    for (let index = 0; index < items.length && target.entries.size < 100_000; index += 2) {
      const key = items[index];
      if (typeof key === 'string' || typeof key === 'number') target.entries.set(String(key), items[index + 1] ?? null);
    }
  }

  #demandItems(target: Value, at: number): void {
    const reported = target instanceof Made && target.by?.rule === undefined;
    if (reported || (target instanceof Made && target.by?.rule?.items === true)) return;
    this.#misused(`Expected items for a list, set or dict, got some for ${kindOf(target)}`, at);
  }

  #misused(message: string, at: number): void {
    this.#inspection.find('PICKLE_MISUSED_NAME', message, at);
  }
}

function specialOf(state: Value): string | undefined {
  if (state instanceof Dict) return state.special;
  if (state instanceof Tuple)
    return state.items
      .map((item) => (item instanceof Dict ? item.special : undefined))
      .find((name) => name !== undefined);
  return undefined;
}
