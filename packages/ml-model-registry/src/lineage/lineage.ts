/** What a lineage has: versions of models, the data that they were trained on, and the code that trained them. */
export type LineageKind = 'version' | 'data' | 'code';

/** One thing in a lineage. */
export interface LineageNode {
  /** `price@1.2.0`, `data:sha256:…`, `code:…`: the same for the same thing. */
  readonly id: string;
  readonly kind: LineageKind;
  /** For people: `price 1.2.0`, `sales`, `abc123`. */
  readonly label: string;
  /** Steps from where the lineage begins; negative ones lead to what that was made from. */
  readonly level: number;
  /** Of versions: the aliases that point to it. */
  readonly aliases?: readonly string[] | undefined;
  /** A version that was deleted (its content is gone), or that the registry does not have at all. */
  readonly state?: 'deleted' | 'missing' | undefined;
}

/** `to` was made from `from`. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

/** Where a version comes from, and what has come from it: a graph without cycles. */
export interface Lineage {
  /** Id of the version that it is about. */
  readonly root: string;
  /** The root first, then by their distance. */
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** Whether there is more beyond the depth that was asked for. */
  readonly isCut: boolean;
}

/** How much of a lineage is told. */
export interface LineageOptions {
  /** Steps in each direction, `Infinity` for all. Default 10: `isCut` says whether there are more. */
  readonly depth?: number | undefined;
  /** `up`: what it was made from; `down`: what was made from it. Default `both`. */
  readonly direction?: 'up' | 'down' | 'both' | undefined;
}
