/** What a comparison comes to. `no evidence`: what is seen may be chance, or nobody can tell. */
export type MetricVerdict = 'better' | 'worse' | 'no evidence';

/** How two figures were compared. */
export type ComparisonMethod =
  | 'paired rates'
  | 'paired means'
  | 'independent rates'
  | 'independent means'
  | 'figures alone';
