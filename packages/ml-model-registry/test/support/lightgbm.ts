/** A tree with three leaves, as version 4 writes it. */
export const tree = (index: number): string =>
  [
    `Tree=${index}`,
    'num_leaves=3',
    'num_cat=0',
    'split_feature=0 1',
    'split_gain=8.5 2.25',
    'threshold=0.50000000000000011 0.25',
    'decision_type=2 2',
    'left_child=1 -1',
    'right_child=-3 -2',
    'leaf_value=0.4 -0.6 0.2',
    'leaf_weight=10 20 30',
    'leaf_count=10 20 30',
    'internal_value=0 0.1',
    'internal_weight=0 30',
    'internal_count=60 30',
    'is_linear=0',
    'shrinkage=0.1',
    '',
    '',
    '',
  ].join('\n');

/** What is different of a model. */
export interface Parts {
  readonly trees?: readonly string[];
  readonly sizes?: readonly number[];
  readonly objective?: string;
  readonly end?: string;
}

/** What stands after the trees. */
export const usualEnd = `end of trees

feature_importances:
alpha=2
beta=1

parameters:
[boosting: gbdt]
[objective: binary]

end of parameters

pandas_categorical:[["a", "b"]]
`;

/** A model of LightGBM as text. */
export function model(parts: Parts = {}): Buffer {
  const { trees = [tree(0), tree(1)], objective = 'binary sigmoid:1', end = usualEnd } = parts;
  const { sizes = trees.map((text) => Buffer.byteLength(text)) } = parts;
  const header = [
    'tree',
    'version=v4',
    'num_class=1',
    'num_tree_per_iteration=1',
    'label_index=0',
    'max_feature_idx=1',
    `objective=${objective}`,
    'feature_names=alpha beta',
    'feature_infos=[0:1] [0:1]',
    `tree_sizes=${sizes.join(' ')}`,
  ];
  return Buffer.from(`${header.join('\n')}\n\n${trees.join('')}${end}`);
}
