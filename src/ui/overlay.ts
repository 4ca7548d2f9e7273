/** What opens over the page on request; the tenant editor adds a tenant when it is given none. */
export type Overlay =
  { readonly kind: 'gallery' | 'menu' | 'share' } | { readonly kind: 'tenant'; readonly tenant: number | null } | null;
