import type { ModelTrust } from '@x/integrity';
import type { PromotionPlan } from '../gates/gates.ts';
import type { Approval, StoredSignature, VersionTrust } from '../trust/trust-state.ts';
import type { VersionVerification } from '../trust/verify-version.ts';
import type { ValidateOptions, ValidationReport } from '../validation/validate-model.ts';
import type { ModelVersion } from '../versions/version.ts';

/** How a version is validated. What is left out is as the registry has it. */
export interface ValidateVersionOptions extends Omit<ValidateOptions, 'digest' | 'inspect'> {
  /** Whether the load test is kept in the history, where gates look for it. Default `true`. */
  readonly record?: boolean | undefined;
}

/** A validation of a version, and who has signed it. */
export interface VersionValidation extends ValidationReport {
  readonly model: string;
  readonly version: string;
  /** `unchecked`: the registry trusts nobody in particular. */
  readonly signature: { readonly status: 'passed' | 'failed' | 'unchecked'; readonly detail: string };
}

/** What speaks for versions: signatures, load tests, approvals, and gates that ask for them. */
export interface ModelVouching {
  /**
   * Signs a version that is there already, with the key of the registry.
   *
   * @throws {ModelError} `KEY_NEEDED`, `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`; {IntegrityError} those of `signModel`.
   */
  sign(model: string, reference: string): Promise<StoredSignature>;
  /**
   * Tells whether somebody who is trusted has signed a version. A signature that does not count is no error, but what the result says.
   *
   * @param trust Whose signatures count. Default: as the registry has it.
   * @throws {ModelError} `KEY_NEEDED` for nobody to trust; `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`.
   */
  verify(model: string, reference: string, trust?: ModelTrust): Promise<VersionVerification>;
  /**
   * Looks whether `restore` would give a version away, for those who have its content already: asks `authorize`, and where the registry trusts somebody, they have to have signed it.
   *
   * @param options.by Who wants it, for `authorize`. Default: whose registry it is.
   * @throws {ModelError} `NOT_SIGNED`, `BAD_SIGNATURE`; those of `get`.
   */
  admit(model: string, reference: string, options?: { readonly by?: string | undefined }): Promise<ModelVersion>;
  /** Signatures, approvals and the last load test of a version. @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`. */
  trust(model: string, reference: string): Promise<VersionTrust>;
  /**
   * Says that a version may be used. It goes for the content that the version has; a second one of the same person changes nothing.
   *
   * @throws {ModelError} `OWN_APPROVAL` to whoever has added it; `INVALID_INPUT`, `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`.
   */
  approve(model: string, version: string, options: { readonly reason: string }): Promise<Approval>;
  /**
   * Brings a version back and looks whether it is what was added, whether it is safe to load, and whether it works. The file is removed afterwards.
   *
   * @throws {ModelError} `INVALID_INPUT`, `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`. What is wrong with the version is in the report.
   */
  validate(model: string, reference: string, options?: ValidateVersionOptions): Promise<VersionValidation>;
  /** What `promote` would say: each gate with its limit and what was found. Changes nothing. @throws {ModelError} those of `get`. */
  planPromotion(model: string, alias: string, reference: string): Promise<PromotionPlan>;
}
