import type { Inspection } from '../contract.ts';
import type { FormatReport, ModelFormat, TensorInfo } from '../inspection.ts';
import { itemsOf, type JsonNode, member, numbersOf, textOf } from '../json/json-node.ts';
import { quoted } from '../quoted.ts';
import { malformed } from '../structure-error.ts';
import { inspectTree } from './trees.ts';

/** Objectives that XGBoost brings along. One of the user's own is a function in Python that the model only names. */
const objective = /^(?:reg|binary|count|survival|multi|rank):[a-z_]+$/;

/** The node that a document of XGBoost has at its top. */
function learnerOf(document: JsonNode): JsonNode | undefined {
  const learner = member(document, 'learner');
  return learner?.kind === 'object' && member(learner, 'gradient_booster') !== undefined ? learner : undefined;
}

/**
 * Looks at a model of XGBoost (JSON schema of its documentation, versions 1.0 to 3.x).
 *
 * @throws {StructureError} When it is none.
 */
export function inspectXgboost(document: JsonNode, format: ModelFormat, inspection: Inspection): FormatReport {
  const learner = learnerOf(document);
  if (learner === undefined)
    throw malformed('Expected a learner with a gradient_booster, got another document', document.at);
  const parameters = member(learner, 'learner_model_param');
  const features = count(member(parameters, 'num_feature'), inspection);
  const classes = Math.max(
    count(member(parameters, 'num_class'), inspection),
    count(member(parameters, 'num_target'), inspection),
    1,
  );
  const name = inspectObjective(learner, inspection);
  const nodes = inspectBooster(member(learner, 'gradient_booster'), { inspection, features });
  const version = [...(numbersOf(member(document, 'version')) ?? [])].join('.');
  const inputs: TensorInfo[] = [{ name: 'features', type: 'float32', shape: [null, features] }];
  const outputs: TensorInfo[] = [{ name: 'predictions', type: 'float32', shape: [null, classes] }];
  const framework = { name: 'xgboost', ...(version === '' ? {} : { version }) };
  return { format, framework, inputs, outputs, parameters: nodes, metadata: { objective: name } };
}

/** XGBoost writes numbers of parameters as texts. */
function count(node: JsonNode | undefined, inspection: Inspection): number {
  if (node === undefined) return 0;
  const value = Number(textOf(node));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  inspection.find('MALFORMED', 'Expected a count as a text, got another value', node.at);
  return 0;
}

function inspectObjective(learner: JsonNode, inspection: Inspection): string {
  const node = member(member(learner, 'objective'), 'name');
  const name = textOf(node) ?? '';
  if (!objective.test(name)) {
    inspection.find('UNSUPPORTED', `Expected an objective of XGBoost, got ${quoted(name)}`, node?.at ?? learner.at);
  }
  return name;
}

interface Booster {
  readonly inspection: Inspection;
  readonly features: number;
}

/** Gives the count of what was learned: nodes of trees, or weights. */
function inspectBooster(booster: JsonNode | undefined, place: Booster): number {
  const name = textOf(member(booster, 'name')) ?? '';
  // A booster of dart has one of trees in it.
  const inner = name === 'dart' ? member(booster, 'gbtree') : booster;
  const model = member(inner, 'model');
  if (name === 'gblinear') return numbersOf(member(model, 'weights'))?.length ?? missing('weights', booster, place);
  if (name !== 'gbtree' && name !== 'dart') {
    place.inspection.find(
      'UNSUPPORTED',
      `Expected a booster of trees or a linear one, got ${quoted(name)}`,
      booster?.at ?? 0,
    );
    return 0;
  }
  const trees = member(model, 'trees');
  if (trees === undefined) return missing('trees', booster, place);
  inspectInfo(model, itemsOf(trees).length, place);
  return itemsOf(trees).reduce((sum, tree) => sum + inspectTree(tree, place), 0);
}

function missing(what: string, booster: JsonNode | undefined, { inspection }: Booster): number {
  inspection.find('MALFORMED', `Expected ${what} in the booster, got none`, booster?.at ?? 0);
  return 0;
}

/** The number of trees stands in three places. */
function inspectInfo(model: JsonNode | undefined, trees: number, { inspection }: Booster): void {
  const info = numbersOf(member(model, 'tree_info'))?.length ?? 0;
  const named = count(member(member(model, 'gbtree_model_param'), 'num_trees'), inspection);
  if (info !== trees || named !== trees) {
    inspection.find('MALFORMED', `Expected ${named} trees, got ${trees} and groups for ${info}`, model?.at ?? 0);
  }
}
