/** As much of @supabase/supabase-js as the rules' examples use; rows are `any`, as without generated types. */
declare module "@supabase/supabase-js" {
  export interface PostgrestError {
    message: string;
    code: string;
    details: string;
    hint: string;
  }

  export type PostgrestResponse<T> =
    | { data: T; error: null; count: number | null; status: number }
    | { data: null; error: PostgrestError; count: null; status: number };

  export interface Filters<Row, Result> extends PromiseLike<PostgrestResponse<Result>> {
    eq(column: string, value: unknown): this;
    neq(column: string, value: unknown): this;
    gt(column: string, value: unknown): this;
    gte(column: string, value: unknown): this;
    lt(column: string, value: unknown): this;
    lte(column: string, value: unknown): this;
    like(column: string, pattern: string): this;
    ilike(column: string, pattern: string): this;
    is(column: string, value: unknown): this;
    in(column: string, values: readonly unknown[]): this;
    contains(column: string, value: unknown): this;
    overlaps(column: string, value: unknown): this;
    textSearch(column: string, query: string, options?: object): this;
    match(query: Record<string, unknown>): this;
    not(column: string, operator: string, value: unknown): this;
    or(filters: string, options?: { referencedTable?: string; foreignTable?: string }): this;
    filter(column: string, operator: string, value: unknown): this;
    order(column: string, options?: { ascending?: boolean; nullsFirst?: boolean }): this;
    limit(count: number): this;
    range(from: number, to: number): this;
    abortSignal(signal: AbortSignal): this;
    throwOnError(): this;
    returns<T>(): Filters<Row, T>;
    select<T = Row>(columns?: string, options?: object): Filters<T, T[]>;
    single<T = Row>(): Filters<T, T>;
    maybeSingle<T = Row>(): Filters<T, T | null>;
  }

  export interface Table<Row> {
    select<T = Row>(columns?: string, options?: { count?: "exact" | "planned" | "estimated"; head?: boolean }): Filters<T, T[]>;
    insert(rows: Partial<Row> | readonly Partial<Row>[], options?: object): Filters<Row, null>;
    upsert(
      rows: Partial<Row> | readonly Partial<Row>[],
      options?: { onConflict?: string; ignoreDuplicates?: boolean }
    ): Filters<Row, null>;
    update(values: Partial<Row>, options?: object): Filters<Row, null>;
    delete(options?: object): Filters<Row, null>;
  }

  export class SupabaseClient<Database = any> {
    from<Row = any>(table: string): Table<Row>;
    schema(name: string): SupabaseClient<Database>;
    rpc<T = any>(name: string, args?: Record<string, unknown>): Filters<T, T>;
    storage: {
      from(bucket: string): {
        upload(path: string, body: unknown): Promise<{ data: unknown; error: Error | null }>;
        download(path: string): Promise<{ data: Blob | null; error: Error | null }>;
        list(path?: string): Promise<{ data: unknown[] | null; error: Error | null }>;
        remove(paths: string[]): Promise<{ data: unknown; error: Error | null }>;
      };
    };
    auth: { getUser(token?: string): Promise<{ data: { user: { id: string } | null }; error: Error | null }> };
  }

  export function createClient<Database = any>(url: string, key: string, options?: object): SupabaseClient<Database>;
}
