/** Names of the models of the zoo, as a document may ask for them. The workloads room holds what they are made of. */
export const MODELS = ['resnet18', 'gpt2-small'] as const;
export type ModelName = (typeof MODELS)[number];
