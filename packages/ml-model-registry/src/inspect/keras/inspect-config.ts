import type { Inspection } from '../contract.ts';
import { itemsOf, type JsonNode, member, textOf } from '../json/json-node.ts';
import { quoted } from '../quoted.ts';
import type { KerasFindingCode } from './finding-codes.ts';
import { isDangerous, isDangerousOperation, isPath, OLD_FACE } from './dangers.ts';
import { layerClasses } from './layer-classes.ts';
import { knownFunctions, operationClasses, optimizerClasses, otherClasses } from './other-classes.ts';

const KERAS_MODULE = /^(?:keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(?:\.|$)/;
const ACTIVATION_KEY = /(?:^|_)activation$/;
/** Operations of TensorFlow in models of Keras 2, by their name below `tf`: those that compute. */
const OPERATION =
  /^(?:(?:math|nn|linalg|signal|strings|image|bitwise|random|sparse|ragged|quantization|__operators__)\.[a-z\d_]+|[a-z\d_]+)$/;

/**
 * Looks at all of what Keras stores as JSON (`config.json`, `model_config`, `training_config`): whatever is made when the model is loaded has to be
 * on the list of classes that compute and do nothing else.
 *
 * @throws {StructureError} `LIMIT_EXCEEDED`.
 */
export function inspectConfig(node: JsonNode, inspection: Pick<Inspection, 'find' | 'step'>): void {
  new ConfigWalk(inspection).visit(node, '');
}

class ConfigWalk {
  readonly #inspection: Pick<Inspection, 'find' | 'step'>;

  constructor(inspection: Pick<Inspection, 'find' | 'step'>) {
    this.#inspection = inspection;
  }

  visit(node: JsonNode, key: string): void {
    this.#inspection.step(1, node.at);
    if (node.kind === 'string') this.#text(node, key);
    // Items of lists are words of a vocabulary or names of layers, not settings.
    for (const item of itemsOf(node)) this.visit(item, '');
    if (node.kind !== 'object') return;
    if (node.members.has('class_name')) this.#object(node);
    for (const [name, value] of node.members) this.visit(value, name);
  }

  #find(code: KerasFindingCode | 'MALFORMED', message: string, node: JsonNode): void {
    this.#inspection.find(code, message, node.at);
  }

  #text(node: JsonNode & { readonly kind: 'string' }, key: string): void {
    if (key !== '' && isPath(key, node.text))
      this.#find('KERAS_READS_FILES', `Expected no path or address as ${quoted(key)}, got ${quoted(node.text)}`, node);
    if (ACTIVATION_KEY.test(key) && !knownFunctions.has(node.text))
      this.#find('KERAS_UNKNOWN_CLASS', `Expected an activation of Keras, got ${quoted(node.text)}`, node);
  }

  /** Something that is made by its class, with a config. */
  #object(node: JsonNode): void {
    const name = textOf(member(node, 'class_name'));
    if (name === undefined) this.#find('MALFORMED', 'Expected a text as class_name, got another value', node);
    else if (name === '__lambda__') this.#find('KERAS_LAMBDA', 'Expected no code, got a lambda of Python', node);
    else if (name === 'Lambda') this.#lambda(node);
    else if (name === 'function') this.#function(node);
    else if (name === 'TypeSpec') this.#type(node);
    else if (name === 'TFOpLambda' || name === 'SlicingOpLambda') this.#operation(node);
    else if (name === 'TFSMLayer')
      this.#find('KERAS_READS_FILES', 'Expected everything in this file, got a layer that loads a SavedModel', node);
    else this.#class(node, name);
  }

  #class(node: JsonNode, name: string): void {
    const module = textOf(member(node, 'module'));
    const registered = textOf(member(node, 'registered_name'));
    const what = `${quoted(name)}${module === undefined ? '' : ` of ${quoted(module)}`}`;
    if (isDangerous(module, name)) {
      this.#find('KERAS_DANGEROUS_CALL', `Expected a class that computes, got ${what}`, node);
    } else if (module !== undefined && !KERAS_MODULE.test(module)) {
      this.#find('KERAS_FOREIGN_CODE', `Expected a class of Keras, got ${what}`, node);
    } else if (name.includes('>') ? !isOptimizer(name) : isForeign(registered, name)) {
      this.#find('KERAS_FOREIGN_CODE', `Expected a class of Keras, got ${what} as ${quoted(registered ?? name)}`, node);
    } else if (!isKnown(name)) {
      this.#find('KERAS_UNKNOWN_CLASS', `Expected a class that is known to be harmless, got ${what}`, node);
    }
  }

  /** A layer that calls a function: marshalled code in Keras 2, an object for it in Keras 3, or a name. */
  #lambda(node: JsonNode): void {
    const config = member(node, 'config');
    const codes = ['function', 'output_shape', 'mask'].map((key) => member(config, key));
    if (codes.some((code) => itemsOf(code)[0]?.kind === 'string'))
      this.#find('KERAS_LAMBDA', 'Expected no code, got a Lambda layer with bytecode of Python', node);
    const isNamed = codes.some((code) => code?.kind === 'string' && code.text !== 'None');
    if (isNamed || codes[0] === undefined)
      this.#find('KERAS_FOREIGN_CODE', 'Expected no code, got a Lambda layer with the name of a function', node);
  }

  #function(node: JsonNode): void {
    const module = textOf(member(node, 'module'));
    const name = textOf(member(node, 'config')) ?? textOf(member(node, 'registered_name')) ?? '';
    const isOfKeras = module === undefined || module === 'builtins' || KERAS_MODULE.test(module);
    if (isDangerous(module, name))
      this.#find('KERAS_DANGEROUS_CALL', `Expected a function that computes, got ${quoted(name)}`, node);
    else if (!isOfKeras || !knownFunctions.has(name))
      this.#find('KERAS_FOREIGN_CODE', `Expected a function of Keras, got ${quoted(name)}`, node);
  }

  /** What Keras 2 expects as input, in saved models. Its class is looked up among those that are registered. */
  #type(node: JsonNode): void {
    const name = textOf(member(node, 'type_spec')) ?? '';
    if (!/^tf\.[A-Za-z]+$/.test(name))
      this.#find('KERAS_FOREIGN_CODE', `Expected a type of TensorFlow, got ${quoted(name)}`, node);
  }

  #operation(node: JsonNode): void {
    const name = textOf(member(member(node, 'config'), 'function'));
    if (name === undefined && textOf(member(node, 'class_name')) === 'SlicingOpLambda') return;
    if (name !== undefined && isDangerousOperation(name))
      this.#find('KERAS_DANGEROUS_CALL', `Expected an operation that computes, got ${quoted(name)}`, node);
    else if (name === undefined || !OPERATION.test(name.replace(OLD_FACE, '')))
      this.#find('KERAS_UNKNOWN_CLASS', `Expected an operation that computes, got ${quoted(name ?? '')}`, node);
  }
}

function isKnown(name: string): boolean {
  return [layerClasses, otherClasses, operationClasses].some((known) => known.has(name)) || isOptimizer(name);
}

function isOptimizer(name: string): boolean {
  return optimizerClasses.has(name.replace(/^Custom>/, ''));
}

/** Whether a class was registered by someone else under a name of their own. */
function isForeign(registered: string | undefined, name: string): boolean {
  return registered !== undefined && registered !== name && !/^keras[a-z_.]*>/.test(registered);
}
