/** The parts of Prisma, Drizzle, Knex and pg that the sample uses. */
declare module "@prisma/client" {
  export interface Contract {
    id: string;
    organizationId: string;
    title: string;
    archivedAt: Date | null;
  }

  interface Delegate<Row> {
    findMany(args?: { where?: Partial<Row>; orderBy?: Partial<Record<keyof Row, "asc" | "desc">> }): Promise<Row[]>;
    findFirst(args: { where: Partial<Row> }): Promise<Row | null>;
    update(args: { where: Partial<Row>; data: Partial<Row> }): Promise<Row>;
    updateMany(args: { where: Partial<Row>; data: Partial<Row> }): Promise<{ count: number }>;
    create(args: { data: Partial<Row> }): Promise<Row>;
    deleteMany(args?: { where?: Partial<Row> }): Promise<{ count: number }>;
  }

  export class PrismaClient {
    readonly contract: Delegate<Contract>;
    $queryRaw<T>(strings: TemplateStringsArray, ...values: unknown[]): Promise<T>;
  }
}

declare module "drizzle-orm" {
  export interface SQL {
    readonly kind: "sql";
  }
  export function eq(left: unknown, right: unknown): SQL;
  export function and(...conditions: SQL[]): SQL;
  export function lt(left: unknown, right: unknown): SQL;
}

declare module "drizzle-orm/pg-core" {
  export interface Column<T> {
    notNull(): Column<T>;
    primaryKey(): Column<T>;
    readonly valueType?: T;
  }
  export type Table<C> = C & { readonly $inferSelect: { [K in keyof C]: C[K] extends Column<infer T> ? T : never } };
  export function pgTable<C extends object>(name: string, columns: C): Table<C>;
  export function text(name: string): Column<string>;
  export function uuid(name: string): Column<string>;
  export function timestamp(name: string): Column<Date>;
}

declare module "drizzle-orm/node-postgres" {
  import type { SQL } from "drizzle-orm";
  import type { Table } from "drizzle-orm/pg-core";

  interface Query<T> extends Promise<T> {
    where(condition: SQL): Query<T>;
    limit(count: number): Query<T>;
  }
  export interface NodePgDatabase {
    select(): { from<C>(table: Table<C>): Query<Table<C>["$inferSelect"][]> };
    insert<C>(table: Table<C>): { values(row: Partial<Table<C>["$inferSelect"]>): Query<void> };
    update<C>(table: Table<C>): { set(row: Partial<Table<C>["$inferSelect"]>): Query<void> };
    delete<C>(table: Table<C>): Query<void>;
  }
}

declare module "knex" {
  interface KnexQuery<Row> extends Promise<Row[]> {
    where(conditions: Partial<Row>): this;
    where(column: keyof Row & string, value: unknown): this;
    andWhere(column: keyof Row & string, operator: string, value: unknown): this;
    whereIn(column: keyof Row & string, values: readonly unknown[]): this;
    select(...columns: (keyof Row & string)[]): this;
    orderBy(column: keyof Row & string, direction?: "asc" | "desc"): this;
    first(): Promise<Row | undefined>;
    insert(rows: Partial<Row> | Partial<Row>[]): Promise<void>;
    update(values: Partial<Row>): this;
    del(): this;
  }
  export interface Knex {
    <Row extends object>(table: string): KnexQuery<Row>;
  }
}

declare module "pg" {
  export class Pool {
    query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }>;
  }
}
