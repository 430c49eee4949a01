/**
 * The provider for OpenFeature's server SDK, so that code which asks through OpenFeature gets its flags from here.
 *
 * @module
 */
export { openFeatureProvider, type ProvidedFlags } from './provider.ts';
