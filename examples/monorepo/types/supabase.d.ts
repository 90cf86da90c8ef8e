/** The part of @supabase/supabase-js that the sample uses, so that it type-checks without installing it. */
declare module "@supabase/supabase-js" {
  export interface PostgrestError {
    message: string;
    code: string;
  }

  export type PostgrestResult<T> = { data: T; error: null } | { data: null; error: PostgrestError };

  export interface FilterBuilder<Row, Result> extends PromiseLike<PostgrestResult<Result>> {
    eq(column: string, value: unknown): this;
    neq(column: string, value: unknown): this;
    gt(column: string, value: unknown): this;
    gte(column: string, value: unknown): this;
    lt(column: string, value: unknown): this;
    is(column: string, value: null | boolean): this;
    in(column: string, values: readonly unknown[]): this;
    ilike(column: string, pattern: string): this;
    or(filters: string): this;
    not(column: string, operator: string, value: unknown): this;
    filter(column: string, operator: string, value: unknown): this;
    match(query: Record<string, unknown>): this;
    order(column: string, options?: { ascending?: boolean }): this;
    limit(count: number): this;
    range(from: number, to: number): this;
    select(columns?: string): FilterBuilder<Row, Row[]>;
    single(): PromiseLike<PostgrestResult<Row>>;
    maybeSingle(): PromiseLike<PostgrestResult<Row | null>>;
  }

  export interface QueryBuilder<Row> {
    select(columns?: string, options?: { count?: "exact"; head?: boolean }): FilterBuilder<Row, Row[]>;
    insert(rows: Partial<Row> | Partial<Row>[]): FilterBuilder<Row, null>;
    upsert(rows: Partial<Row> | Partial<Row>[], options?: { onConflict?: string }): FilterBuilder<Row, null>;
    update(values: Partial<Row>): FilterBuilder<Row, null>;
    delete(): FilterBuilder<Row, null>;
  }

  export interface SupabaseClient {
    from<Row = Record<string, any>>(table: string): QueryBuilder<Row>;
    rpc<Result = unknown>(name: string, args?: Record<string, unknown>): PromiseLike<PostgrestResult<Result>>;
    storage: { from(bucket: string): { remove(paths: string[]): Promise<PostgrestResult<null>> } };
  }

  export function createClient(url: string, key: string): SupabaseClient;
}
