import { type ListedModule, rulesOf } from '../rules.ts';
import type { Rule } from '../values.ts';

const xgboost: Readonly<Record<string, ListedModule>> = {
  'xgboost.core': { data: 'Booster' },
  'xgboost.sklearn': {
    data: 'XGBModel XGBClassifier XGBRegressor XGBRFClassifier XGBRFRegressor XGBRanker',
  },
  'xgboost.callback': { data: 'EarlyStopping EvaluationMonitor LearningRateScheduler' },
};

const lightgbm: Readonly<Record<string, ListedModule>> = {
  'lightgbm.basic': { data: 'Booster' },
  'lightgbm.sklearn': { data: 'LGBMModel LGBMClassifier LGBMRegressor LGBMRanker' },
};

/** Models of XGBoost and LightGBM. What is in their boosters is inspected by its own format. */
export const boosters: readonly (readonly [string, Rule])[] = [
  ...rulesOf(xgboost, 'xgboost'),
  ...rulesOf(lightgbm, 'lightgbm'),
];
