import type { FilterBuilder } from "@supabase/supabase-js";

/** Adds the tenant's filter to any query. */
export function scopeToOrganization<Row, Result>(
  query: FilterBuilder<Row, Result>,
  organizationId: string
): FilterBuilder<Row, Result> {
  return query.eq("organization_id", organizationId);
}

/** Looks like the one above, but only sorts. */
export function paginate<Row, Result>(query: FilterBuilder<Row, Result>, page: number): FilterBuilder<Row, Result> {
  const size = 25;
  return query.order("id").range(page * size, (page + 1) * size - 1);
}
