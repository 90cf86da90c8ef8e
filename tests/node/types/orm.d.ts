/** As much of Prisma, Drizzle, Knex, Kysely and the SQL drivers as the rules' examples use. */
declare module "@prisma/client" {
  interface Raw {
    $queryRaw<T = unknown>(strings: TemplateStringsArray, ...values: unknown[]): Promise<T>;
    $queryRawUnsafe<T = unknown>(sql: string, ...values: unknown[]): Promise<T>;
    $executeRaw(strings: TemplateStringsArray, ...values: unknown[]): Promise<number>;
    $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
    $transaction<T>(run: (tx: PrismaClient) => Promise<T>): Promise<T>;
    $disconnect(): Promise<void>;
  }
  /** Every other property is a model. */
  export type PrismaClient = Raw & { readonly [model: string]: any };
  export const PrismaClient: new (options?: object) => PrismaClient;
}

declare module "drizzle-orm" {
  export interface SQL<T = unknown> {
    as(alias: string): SQL<T>;
  }
  export function eq(left: unknown, right: unknown): SQL;
  export function ne(left: unknown, right: unknown): SQL;
  export function gt(left: unknown, right: unknown): SQL;
  export function gte(left: unknown, right: unknown): SQL;
  export function lt(left: unknown, right: unknown): SQL;
  export function lte(left: unknown, right: unknown): SQL;
  export function inArray(left: unknown, right: unknown): SQL;
  export function isNull(column: unknown): SQL;
  export function and(...conditions: (SQL | undefined)[]): SQL;
  export function or(...conditions: (SQL | undefined)[]): SQL;
  export function not(condition: SQL): SQL;
  export function desc(column: unknown): SQL;
  export function sql<T = unknown>(strings: TemplateStringsArray, ...values: unknown[]): SQL<T>;
}

declare module "drizzle-orm/pg-core" {
  export interface Column {
    notNull(): Column;
    primaryKey(): Column;
    unique(): Column;
    default(value: unknown): Column;
    defaultNow(): Column;
    defaultRandom(): Column;
    references(column: () => Column, options?: object): Column;
  }
  export function pgTable<C extends Record<string, Column>>(name: string, columns: C): C;
  export function text(name?: string, options?: object): Column;
  export function varchar(name?: string, options?: object): Column;
  export function uuid(name?: string): Column;
  export function integer(name?: string): Column;
  export function boolean(name?: string): Column;
  export function jsonb(name?: string): Column;
  export function timestamp(name?: string, options?: object): Column;
}

declare module "drizzle-orm/node-postgres" {
  import type { SQL } from "drizzle-orm";

  interface Query extends Promise<any[]> {
    from(table: unknown): Query;
    where(condition: SQL | undefined): Query;
    innerJoin(table: unknown, condition: SQL): Query;
    leftJoin(table: unknown, condition: SQL): Query;
    values(rows: object | readonly object[]): Query;
    set(values: object): Query;
    orderBy(...columns: unknown[]): Query;
    limit(count: number): Query;
    returning(columns?: object): Query;
    onConflictDoUpdate(options: object): Query;
    onConflictDoNothing(options?: object): Query;
  }
  export interface NodePgDatabase<Schema = any> {
    select(columns?: object): Query;
    insert(table: unknown): Query;
    update(table: unknown): Query;
    delete(table: unknown): Query;
    execute(query: SQL): Promise<{ rows: any[] }>;
    query: Record<keyof Schema & string, any>;
    transaction<T>(run: (tx: NodePgDatabase<Schema>) => Promise<T>): Promise<T>;
  }
  export function drizzle(client: unknown, options?: object): NodePgDatabase;
}

declare module "knex" {
  namespace knex {
    interface Query extends Promise<any> {
      where(...conditions: unknown[]): this;
      andWhere(...conditions: unknown[]): this;
      orWhere(...conditions: unknown[]): this;
      whereIn(column: string, values: readonly unknown[]): this;
      whereNull(column: string): this;
      whereNot(...conditions: unknown[]): this;
      whereRaw(sql: string, values?: unknown): this;
      join(table: string, ...on: unknown[]): this;
      leftJoin(table: string, ...on: unknown[]): this;
      select(...columns: unknown[]): this;
      orderBy(column: string, direction?: "asc" | "desc"): this;
      limit(count: number): this;
      first(...columns: unknown[]): this;
      count(column?: string): this;
      insert(rows: object | readonly object[]): this;
      update(values: object): this;
      del(): this;
      delete(): this;
      returning(columns: string | readonly string[]): this;
      onConflict(columns?: string | readonly string[]): { merge(): Query; ignore(): Query };
    }
    interface Knex {
      <Row = any>(table: string): Query;
      from(table: string): Query;
      raw(sql: string, values?: unknown): Promise<any>;
      transaction<T>(run: (tx: Knex) => Promise<T>): Promise<T>;
    }
  }
  export type Knex = knex.Knex;
  export function knex(options: object): Knex;
  export default knex;
}

declare module "kysely" {
  interface Query {
    select(columns: unknown): Query;
    selectAll(table?: string): Query;
    where(...condition: unknown[]): Query;
    innerJoin(table: string, left: string, right: string): Query;
    values(rows: object | readonly object[]): Query;
    set(values: object): Query;
    orderBy(column: string, direction?: "asc" | "desc"): Query;
    limit(count: number): Query;
    returningAll(): Query;
    onConflict(build: (conflict: any) => unknown): Query;
    execute(): Promise<any[]>;
    executeTakeFirst(): Promise<any>;
    executeTakeFirstOrThrow(): Promise<any>;
  }
  export class Kysely<Database> {
    constructor(options: object);
    selectFrom(table: keyof Database & string): Query;
    insertInto(table: keyof Database & string): Query;
    updateTable(table: keyof Database & string): Query;
    deleteFrom(table: keyof Database & string): Query;
  }
  export function sql<T = unknown>(
    strings: TemplateStringsArray,
    ...values: unknown[]
  ): { execute(db: Kysely<any>): Promise<{ rows: T[] }> };
}

declare module "pg" {
  export interface QueryResult<Row> {
    rows: Row[];
    rowCount: number | null;
  }
  interface Queryable {
    query<Row = any>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
  }
  export interface PoolClient extends Queryable {
    release(): void;
  }
  export class Pool implements Queryable {
    constructor(options?: object);
    query<Row = any>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
    connect(): Promise<PoolClient>;
  }
  export class Client extends Pool {}
}

declare module "postgres" {
  export interface Sql {
    <Row = any>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Row[]>;
    unsafe<Row = any>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  }
  export default function postgres(url: string, options?: object): Sql;
}
