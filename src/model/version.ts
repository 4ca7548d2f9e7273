/**
 * The version that reports and links name. Digests are promised to be equal only under equal versions, so it grows with every
 * change that alters a result; the changelog says which.
 */
export const ENGINE_VERSION = '0.1.0';
