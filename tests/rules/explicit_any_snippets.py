"""Code with explicit `any` in every position, as adapters, services and handlers are written."""

# ruff: noqa: E501, ISC004 - one program a line
from __future__ import annotations

DTO: dict[str, str] = {
    "members": """\
export function normalizeContact(payload: any): string {
  const name = payload.firstName.trim() + " " + payload.lastName.toUpperCase();
  return `${payload.id}: ${name}`;
}
""",
    "nested": """\
export function city(payload: any): string {
  if (!payload.address) return "";
  return payload.address.city.toLowerCase() + payload.address.geo.lat.toFixed(2);
}
""",
    "optional_chain": """\
export function ownerOf(deal: any): string | undefined {
  return deal.owner?.profile?.displayName?.trim();
}
""",
    "array_methods": """\
export function names(rows: any): string[] {
  return rows.filter((row: any) => row.active === true).map((row: any) => row.name.trim());
}
""",
    "for_of": """\
export function total(invoices: any[]): number {
  let sum = 0;
  for (const invoice of invoices) {
    for (const line of invoice.lines) sum += line.quantity * line.unitPrice;
  }
  return sum;
}
""",
    "destructured": """\
export function label({ id, title = "untitled", tags = [], meta: { source } }: any): string {
  return `${id} ${title.toUpperCase()} ${tags.length} ${source}`;
}
""",
    "typed_parameters": """\
interface Person { name: string; age: number }
function greet(name: string, age: number): string { return name + age; }
export function hello(raw: any): string { return greet(raw.fullName, raw.years); }
export function person(raw: any): Person { return { name: raw.name, age: raw.age }; }
""",
    "literals": """\
export function phase(deal: any): number {
  if (deal.stage === "won") return 1;
  if (deal.amount > 1000 && deal.probability >= 0.5) return 2;
  return deal.closed ? 3 : 4;
}
""",
    "typeof_checks": """\
export function text(body: any): string {
  if (typeof body === "string") return body.trim();
  if (typeof body.title === "string") return body.title;
  return body.fallback.text.trim();
}
""",
    "conversions": """\
export function times(event: any): [Date, number, number] {
  return [new Date(event.createdAt), Number(event.score), Date.parse(event.updatedAt)];
}
""",
    "async_variable": """\
export async function load(url: string): Promise<string[]> {
  const response = await fetch(url);
  const data: any = await response.json();
  return data.results.map((result: any) => result.title.trim());
}
""",
    "json_parse": """\
export function readToken(text: string): string {
  const parsed: any = JSON.parse(text);
  return parsed.token.value.trim();
}
""",
    "class_methods": """\
export class Mapper {
  private seen = 0;
  map(raw: any): string {
    this.seen += 1;
    return this.nameOf(raw) + this.cityOf(raw.address);
  }
  private nameOf(raw: any): string {
    return raw.name.trim();
  }
  private cityOf(address: any): string {
    return address.city.trim();
  }
}
""",
    "return_type": """\
export class Client {
  async fetchOrder(id: string): Promise<any> {
    const response = await fetch(`/orders/${id}`);
    return (await response.json()) as any;
  }
  async total(id: string): Promise<number> {
    const order = await this.fetchOrder(id);
    return order.lines.reduce((sum: number, line: any) => sum + line.price, 0);
  }
}
""",
    "field": """\
export class Session {
  private profile: any;
  async open(): Promise<void> {
    const response = await fetch("/me");
    this.profile = JSON.parse(await response.text());
  }
  name(): string {
    return this.profile.displayName.trim();
  }
  locale(): string {
    return this.profile?.settings?.locale ?? "en";
  }
}
""",
    "nullable_field": """\
export class Cursor {
  private last: any = null;
  move(): void {
    this.last = JSON.parse("{}");
  }
  token(): string {
    if (!this.last) return "";
    return this.last.token.trim() + this.last.page;
  }
  reset(): void {
    this.last = null;
  }
  unsafe(): string {
    return this.last.token.trim();
  }
}
""",
    "map_values": """\
export class Cache {
  private entries: Map<string, any> = new Map();
  put(key: string, entry: { value: string; expires: number }): void {
    this.entries.set(key, entry);
  }
  get(key: string): string | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.expires < Date.now()) return undefined;
    return entry.value.trim();
  }
  must(key: string): string {
    return this.entries.get(key).value.trim();
  }
}
""",
    "record": """\
export function query(filters: Record<string, any>): string {
  return `owner=${filters.ownerId.trim()}&limit=${filters.limit * 2}`;
}
""",
    "record_optional": """\
export function audit(details?: Record<string, any>): string {
  return details?.reason?.trim() ?? "none";
}
""",
    "record_of_known": """\
export function sumUp(values: Record<string, any>): number {
  let sum = 0;
  for (const key of Object.keys(values)) sum += values[key] * 1;
  return sum;
}
""",
    "index_zero": """\
export function firstTitle(results: any[]): string {
  return results[0].title.trim();
}
""",
    "index_any": """\
export function at(results: any[], position: number): string {
  const found = results[position];
  return found.title.trim();
}
""",
    "find": """\
export function byId(rows: any[], id: string): number {
  const row = rows.find((one) => one.id === id);
  return row.count + 1;
}
""",
    "cast": """\
export function code(error: unknown): number {
  return (error as any).response.status + 1;
}
""",
    "cast_variable": """\
export function header(input: unknown): string {
  const request = input as any;
  return request.headers.authorization.replace("Bearer ", "");
}
""",
    "split": """\
export function nameParts(payload: any): { first: string; last: string } {
  const parts = payload.name.split(" ");
  return { first: parts[0], last: parts[1] };
}
""",
    "assigned_fields": """\
interface Row { id: string; amount: number; note?: string; tags: string[] }
export function toRow(source: any): Row {
  const row: Row = { id: source.id, amount: source.amount, tags: source.labels };
  row.note = source.note;
  return row;
}
""",
    "mapped_to_declared": """\
interface Row { id: string; amount: number }
export function toRows(page: any): Row[] {
  return page.items.map((item: any) => ({ id: item.id, amount: item.total.value }));
}
export async function rows(page: any): Promise<Row[]> {
  const out: Row[] = [];
  for (const item of page.data) out.push({ id: item.key, amount: item.amount });
  return out;
}
""",
    "builder": """\
export function patch(title: string | undefined): string {
  const body: any = {};
  if (title) body.title = title;
  body.updatedAt = new Date();
  return JSON.stringify(body);
}
""",
    "or_defaults": """\
export function settings(raw: any): { url: string; retries: number; flags: string[] } {
  const url = raw.url || "https://example.com";
  const retries = raw.retries ?? 3;
  const flags = (raw.flags ?? []).map((flag: any) => flag.trim());
  return { url, retries, flags };
}
""",
    "callback_then": """\
export function later(promise: Promise<any>): Promise<string> {
  return promise.then((value) => value.items[0].name.trim());
}
""",
    "interface_property": """\
export interface Delivery { id: string; body: any }
export function subject(delivery: Delivery): string {
  return delivery.body.subject.trim() + delivery.body.attempt.toFixed(0);
}
""",
    "interface_record": """\
export interface Audit { id: string; metadata?: Record<string, any> }
export function reason(audit: Audit): string {
  return audit.metadata?.reason?.trim() ?? "";
}
""",
    "sdk_client": """\
export class Wrapper {
  constructor(private readonly client: any) {}
  async list(limit: number): Promise<string[]> {
    const page = await this.client.contacts.list({ limit });
    return page.results.map((one: any) => one.email.toLowerCase());
  }
}
""",
    "spread": """\
export function merged(extra: any): Record<string, unknown> {
  return { source: "crm", ...extra.properties, id: extra.id };
}
""",
    "conditional_union": """\
export function amountOf(value: any): number {
  return typeof value === "number" ? value : parseFloat(value.amount);
}
""",
    "dates": """\
export function age(issue: any): number {
  return Date.now() - issue.created.getTime();
}
""",
    "object_entries": """\
export function pairs(properties: any): string[] {
  return Object.entries(properties).map(([key, value]) => `${key}=${String(value)}`);
}
""",
    "switch": """\
export function kindOf(hook: any): string {
  switch (hook.event) {
    case "created":
      return hook.object.id;
    case "removed":
      return "gone";
    default:
      return hook.event.toUpperCase();
  }
}
""",
    "module_variable": """\
let current: any = null;
export function login(text: string): void {
  current = JSON.parse(text);
}
export function who(): string {
  return current ? current.user.name.trim() : "nobody";
}
""",
    "arrow": """\
export const fullName = (user: any): string => `${user.given.trim()} ${user.family.trim()}`;
export const ids = (users: any[]): string[] => users.map((user) => user.id.trim());
""",
    "loop_variable": """\
export function emails(groups: any[]): string[] {
  const found: string[] = [];
  groups.forEach((group) => {
    group.members.forEach((member: any) => found.push(member.email.toLowerCase()));
  });
  return found;
}
""",
    "call_type_argument": """\
async function request<T>(path: string): Promise<T> {
  const response = await fetch(path);
  return (await response.json()) as T;
}
export async function account(): Promise<string> {
  const found = await request<any>("/account");
  return found.company.name.trim();
}
""",
    "nullish_compare": """\
export function due(task: any): number {
  if (task.due === null) return 0;
  if (task.estimate !== undefined) return task.estimate * 2;
  return task.due.seconds * 1000;
}
""",
    "errors": """\
export function wrap(error: any): Error {
  if (error.response && error.response.status === 429) return new Error("slow down");
  return new Error(error.message);
}
""",
    "object_rest": """\
export function update(changes: any): string {
  const { id, ...rest } = changes;
  return String(id) + rest.title.trim() + JSON.stringify(rest);
}
""",
    "partial_callers": """\
function send(message: any): void {
  console.log(message.subject.trim(), message.to.length);
}
export function notify(name: string): void {
  send({ subject: name, to: ["a@example.com"], dryRun: true });
}
""",
}

SAFE: dict[str, tuple[str, bool]] = {
    "catch_log": ("try { JSON.parse('x'); } catch (e: any) { console.error('failed', e); }", True),
    "catch_rethrow": ("try { JSON.parse('x'); } catch (e: any) { throw e; }", True),
    "catch_instanceof": (
        "try { JSON.parse('x'); } catch (e: any) { if (e instanceof Error) { console.log(e.message.trim()); } }",
        True,
    ),
    "catch_instanceof_else": (
        "try { JSON.parse('x'); } catch (e: any) "
        "{ console.log(e instanceof Error ? e.message.trim() : String(e)); }",
        True,
    ),
    "catch_instanceof_guard": (
        "try { JSON.parse('x'); } catch (e: any) { if (!(e instanceof Error)) throw e; console.log(e.stack?.trim()); }",
        True,
    ),
    "catch_typeof": (
        "try { JSON.parse('x'); } catch (e: any) { if (typeof e === 'string') console.log(e.length); }",
        True,
    ),
    "catch_message": ("try { JSON.parse('x'); } catch (e: any) { console.log(e.message); }", True),
    "catch_message_template": (
        "try { JSON.parse('x'); } catch (e: any) { console.log(`no: ${e.message}`); }",
        True,
    ),
    "catch_message_text": (
        "try { JSON.parse('x'); } catch (e: any) { console.log(e.message.includes('x')); }",
        True,
    ),
    "catch_status": (
        "try { JSON.parse('x'); } catch (e: any) { if (e.statusCode === 401) console.log(1); throw e; }",
        True,
    ),
    "catch_new_error": ("try { JSON.parse('x'); } catch (e: any) { throw new Error(e.message); }", True),
    "catch_cause": ("try { JSON.parse('x'); } catch (e: any) { throw new Error('x', { cause: e }); }", False),
    "catch_nested": (
        "try { JSON.parse('x'); } catch (e: any) { const n: number = e.response.status; console.log(n); }",
        False,
    ),
    "catch_destructured": (
        "try { JSON.parse('x'); } catch ({ message }: any) { console.log(message); }",
        False,
    ),
    "catch_as": (
        "try { JSON.parse('x'); } catch (e: any) { const f = e as Error; console.log(f.message); }",
        True,
    ),
    "catch_call": ("try { JSON.parse('x'); } catch (e: any) { e(); }", False),
    "catch_number": (
        "try { JSON.parse('x'); } catch (e: any) { const n: number = e.message; console.log(n); }",
        False,
    ),
    "catch_typed": (
        "function f(n: number) { return n; } try { JSON.parse('x'); } catch (e: any) { f(e); }",
        False,
    ),
    "catch_assigned": ("try { JSON.parse('x'); } catch (e: any) { e.seen = true; throw e; }", False),
    "catch_any_parameter": (
        "function f(n: any) { return typeof n; } try { JSON.parse('x'); } catch (e: any) { f(e); }",
        True,
    ),
    "catch_optional": ("try { JSON.parse('x'); } catch (e: any) { console.log(e?.code === 1); }", True),
    "catch_spread": ("try { JSON.parse('x'); } catch (e: any) { console.log({ ...e }); }", False),
    "catch_equal": (
        "try { JSON.parse('x'); } catch (e: any) { if (e === 'a') { if (e === 'b') console.log(1); } }",
        False,
    ),
    "catch_typeof_object": (
        "try { JSON.parse('x'); } catch (e: any) { if (typeof e === 'object') { console.log(e.code); } }",
        True,
    ),
    "local_logged": ("function f() { const x: any = JSON.parse('1'); console.log(x); } f();", True),
    "local_stringify": (
        "function f(): string { const x: any = { a: 1 }; return JSON.stringify(x); } f();",
        True,
    ),
    "local_compare": (
        "function f(): boolean { const x: any = JSON.parse('1'); return x === 1 || x === 'a'; } f();",
        True,
    ),
    "local_template": ("function f(): string { const x: any = JSON.parse('1'); return `${x}`; } f();", True),
    "local_concat": ("function f(): string { const x: any = JSON.parse('1'); return 'a' + x; } f();", True),
    "local_plus": ("function f(): number { const x: any = JSON.parse('1'); return 1 + x; } f();", False),
    "local_unary_plus": ("function f(): number { const x: any = JSON.parse('1'); return +x; } f();", False),
    "local_member": ("function f(): number { const x: any = JSON.parse('1'); return x.length; } f();", False),
    "local_length": ("function f() { const x: any = JSON.parse('1'); console.log(x.length); } f();", False),
    "local_returned": (
        "function f() { const x: any = JSON.parse('1'); return x; } const n: number = f(); console.log(n);",
        False,
    ),
    "local_returned_unknown": (
        "function f(): unknown { const x: any = JSON.parse('1'); return x; } f();",
        True,
    ),
    "local_returned_string": (
        "function f(): string { const x: any = JSON.parse('1'); return x; } f();",
        False,
    ),
    "local_spread": ("function f() { const x: any = {}; console.log({ ...x }); } f();", False),
    "local_keys": ("function f() { const x: any = {}; console.log(Object.keys(x)); } f();", False),
    "local_for_of": ("function f() { const x: any = []; for (const y of x) console.log(y); } f();", False),
    "local_for_in": ("function f() { const x: any = {}; for (const y in x) console.log(y); } f();", False),
    "local_alias": (
        "function f() { const x: any = JSON.parse('1'); const y = x; console.log(y); } f();",
        True,
    ),
    "local_alias_used": (
        "function f() { const x: any = JSON.parse('1'); const y = x; console.log(y.z); } f();",
        False,
    ),
    "local_alias_any": (
        "function f() { const x: any = JSON.parse('1'); const y: any = x; console.log(y.z); } f();",
        True,
    ),
    "local_condition": (
        "function f() { const x: any = JSON.parse('1'); if (x && !x) console.log(1); return x ? 1 : 2; } f();",
        True,
    ),
    "local_or": ("function f(): string { const x: any = JSON.parse('1'); return x || 'a'; } f();", False),
    "local_or_logged": (
        "function f() { const x: any = JSON.parse('1'); console.log(x ?? 'a', x || 1); } f();",
        True,
    ),
    "local_and_spread": (
        "function f() { const x: any = JSON.parse('1'); console.log({ ...(x && { x }) }); } f();",
        False,
    ),
    "local_object": (
        "function f() { const x: any = JSON.parse('1'); return { x }; } const s: string = f().x; console.log(s);",
        False,
    ),
    "local_number": ("function f(): number { const x: any = JSON.parse('1'); return Number(x); } f();", True),
    "local_is_array": (
        "function f() { const x: any = JSON.parse('1'); return Array.isArray(x) ? 1 : 2; } f();",
        True,
    ),
    "local_await": (
        "async function f() { const x: any = Promise.resolve(1); console.log(await x); } void f();",
        True,
    ),
    "local_await_used": (
        "async function f() { const x: any = Promise.resolve({ a: 1 }); console.log((await x).a); } void f();",
        False,
    ),
    "local_let": ("function f() { let x: any; x = 1; x = 'a'; console.log(x); } f();", True),
    "local_let_add": ("function f() { let x: any = 1; x += 1; console.log(x); } f();", False),
    "local_increment": ("function f() { let x: any = 1; x++; console.log(x); } f();", False),
    "local_closure": (
        "function f() { const x: any = JSON.parse('1'); return () => console.log(x); } f();",
        True,
    ),
    "local_switch": (
        "function f() { const x: any = JSON.parse('1'); switch (x) { case 1: console.log(2); } } f();",
        False,
    ),
    "local_less": ("function f() { const x: any = JSON.parse('1'); console.log(x < 2); } f();", False),
    "local_index": ("function f() { const x: any = 'a'; console.log([1][x]); } f();", False),
    "local_record": ("function f() { const x: Record<string, any> = {}; console.log(x.a.b); } f();", False),
    "local_array": ("function f() { const x: any[] = []; console.log(x[0].b); } f();", False),
    "local_cast": (
        "function f(): string[] { const x: any = JSON.parse('1'); return x as string[]; } f();",
        True,
    ),
    "local_satisfies": ("function f() { const x: any = 1; console.log(x satisfies number); } f();", False),
    "local_non_null": ("function f(): string { const x: any = 'a'; return x!; } f();", False),
    "local_generic": (
        "function id<T extends object>(t: T): T { return t; } function f() { const x: any = {}; console.log(id(x)); } f();",
        False,
    ),
    "local_void": ("function f() { const x: any = 1; void x; } f();", True),
    "local_in": ("function f() { const x: any = {}; console.log('a' in x); } f();", False),
    "local_typeof_object": (
        "function f() { const x: any = JSON.parse('1'); if (typeof x === 'object' && x === 'a') console.log(1); } f();",
        False,
    ),
    "local_tagged": ("function f() { const x: any = String.raw; console.log(x`a`); } f();", False),
    "local_new": ("function f() { const x: any = Date; console.log(new x()); } f();", False),
    "local_extends": (
        "function f() { const x: any = Date; class Y extends x {} return new Y(); } f();",
        False,
    ),
    "local_destructured": (
        "function f() { const { a }: any = JSON.parse('1'); console.log(a); } f();",
        False,
    ),
    "local_yield": ("function* f(): Generator<string> { const x: any = 1; yield x; } f();", False),
    "local_property_name": ("function f() { const x: any = 'k'; console.log({ [x]: 1 }); } f();", False),
    "local_delete": ("function f() { const x: any = {}; delete x.a; } f();", False),
    "local_typeof_type": (
        "function f() { const x: any = 1; const y: typeof x = 2; return y + 1; } f();",
        False,
    ),
    "parameter_logged": ("function log(x: any): void { console.log(x); } log(1); log('a');", True),
    "parameter_passed_on": ("function log(x: any): void { console.log(x); } [1].forEach(log);", False),
    "parameter_exported": ("export function log(x: any): void { console.log(x); }", False),
    "parameter_exported_later": ("function log(x: any): void { console.log(x); } export { log };", False),
    "parameter_used": ("function size(x: any): number { return x.length; } size('a');", False),
    "parameter_text": (
        "function text(x: any): string { return typeof x === 'string' ? x.trim() : String(x); } text(1);",
        True,
    ),
    "parameter_arrow": ("const text = (x: any): string => String(x); text(1);", True),
    "parameter_callback": ("console.log([1].map((x: any) => String(x)));", False),
    "parameter_private": (
        "class A { run(): void { this.log(1); } private log(x: any): void { console.log(x); } } new A().run();",
        True,
    ),
    "parameter_public": ("class A { log(x: any): void { console.log(x); } } new A().log(1);", False),
    "parameter_optional": (
        "function log(x?: any): void { if (x !== undefined) console.log(x); } log();",
        True,
    ),
    "parameter_rest": ("function log(...xs: any[]): void { console.log(...xs); } log(1);", False),
    "parameter_overload": (
        "function t(x: string): string; function t(x: number): string; function t(x: any): string { return String(x); } t(1);",
        False,
    ),
    "parameter_default": ("function log(x: any = 5): void { console.log(x); } log();", True),
    "parameter_parameters": (
        "function log(x: any): void { console.log(x); } type P = Parameters<typeof log>[0]; const p: P = 1; console.log(p.toFixed(1)); log(p);",
        False,
    ),
}

SAFE.update(
    {
        "more_error_name": (
            "try { JSON.parse('x'); } catch (e: any) { console.log(e.name, e.message); }",
            True,
        ),
        "more_error_optional": ("try { JSON.parse('x'); } catch (e: any) { console.log(e?.message); }", True),
        "more_message_or": (
            "try { JSON.parse('x'); } catch (e: any) { const m = e.message || 'none'; console.log(m); }",
            True,
        ),
        "more_message_returned": (
            "function f(): string { try { return JSON.parse('x'); } catch (e: any) { return e.message; } } f();",
            True,
        ),
        "more_message_field": (
            "function f(): { error: string } { try { return JSON.parse('x'); } catch (e: any) { return { error: e.message }; } } f();",
            True,
        ),
        "more_message_literal_type": (
            "function f(): 'a' | 'b' { try { return JSON.parse('x'); } catch (e: any) { return e.message; } } f();",
            False,
        ),
        "more_message_inferred": (
            "function f() { try { return { a: 1 }; } catch (e: any) { return { a: e.message }; } } const n: number | string = f().a; console.log(n);",
            False,
        ),
        "more_message_equals": (
            "try { JSON.parse('x'); } catch (e: any) { if (e.message === 'a') console.log(1); }",
            True,
        ),
        "more_message_equals_number": (
            "try { JSON.parse('x'); } catch (e: any) { if (e.message === 1) console.log(1); }",
            True,
        ),
        "more_message_object": (
            "try { JSON.parse('x'); } catch (e: any) { console.log(e.message.text); }",
            False,
        ),
        "more_message_written": (
            "try { JSON.parse('x'); } catch (e: any) { e.message = 'a'; throw e; }",
            False,
        ),
        "more_message_plus": (
            "try { JSON.parse('x'); } catch (e: any) { console.log(e.message + 1); }",
            False,
        ),
        "more_code_twice": (
            "try { JSON.parse('x'); } catch (e: any) { if (e.code === 'A' || e.code === 1) console.log(1); }",
            True,
        ),
        "more_code_nested_equal": (
            "try { JSON.parse('x'); } catch (e: any) { if (e.code === 'A') { if (e.code === 'B') console.log(1); } }",
            False,
        ),
        "more_code_and_message": (
            "try { JSON.parse('x'); } catch (e: any) { console.log(e.code === 1, e.message.trim()); }",
            False,
        ),
        "more_code_returned": (
            "function f() { try { return 'a'; } catch (e: any) { return e.code; } } const s: string = f(); console.log(s);",
            False,
        ),
        "more_code_destructured": (
            "try { JSON.parse('x'); } catch (e: any) { const { code } = e; console.log(code); }",
            False,
        ),
        "more_code_alias": (
            "try { JSON.parse('x'); } catch (e: any) { const code = e.code; console.log(code === 1); }",
            True,
        ),
        "more_alias_member": (
            "try { JSON.parse('x'); } catch (e: any) { const f = e; console.log(f.message); }",
            False,
        ),
        "more_closure": (
            "try { JSON.parse('x'); } catch (e: any) { setTimeout(() => console.log(e.message), 1); }",
            True,
        ),
        "more_instanceof_closure": (
            "try { JSON.parse('x'); } catch (e: any) { if (e instanceof Error) setTimeout(() => console.log(e.stack), 1); }",
            True,
        ),
        "more_reassigned": (
            "try { JSON.parse('x'); } catch (e: any) { e = new Error('a'); console.log(e.message); }",
            True,
        ),
        "more_promise_catch": ("Promise.resolve(1).catch((e: any) => { console.log(e); });", False),
        "more_method_of_error": ("try { JSON.parse('x'); } catch (e: any) { e.toJSON(); }", False),
        "more_index": ("try { JSON.parse('x'); } catch (e: any) { console.log(e['code'] === 1); }", True),
        "more_index_variable": (
            "try { JSON.parse('x'); } catch (e: any) { for (const k of ['a']) console.log(e[k]); }",
            False,
        ),
        "more_non_null": ("try { JSON.parse('x'); } catch (e: any) { console.log(e!.message); }", False),
        "more_jsonify": (
            "try { JSON.parse('x'); } catch (e: any) { console.log(JSON.stringify({ e, m: e.message })); }",
            True,
        ),
        "more_typeof_member": (
            "try { JSON.parse('x'); } catch (e: any) { if (typeof e.code === 'string') console.log(e.code.trim()); }",
            False,
        ),
        "more_truthy_member": (
            "try { JSON.parse('x'); } catch (e: any) { if (e.code) console.log(1); throw e; }",
            True,
        ),
        "more_in_class": (
            "class A { run(): void { try { JSON.parse('x'); } catch (e: any) { this.log(e); } } log(x: unknown): void { console.log(x); } } new A().run();",
            True,
        ),
        "more_field_any": (
            "class A { last: any; run(): void { try { JSON.parse('x'); } catch (e: any) { this.last = e; } } } new A().run();",
            True,
        ),
        "more_field_untyped": (
            "class A { last = 1; run(): void { try { JSON.parse('x'); } catch (e: any) { this.last = e; } } } new A().run();",
            False,
        ),
        "more_array_push": (
            "const out: string[] = []; try { JSON.parse('x'); } catch (e: any) { out.push(e); }",
            False,
        ),
        "more_array_push_any": (
            "const out: any[] = []; try { JSON.parse('x'); } catch (e: any) { out.push(e); }",
            True,
        ),
        "more_array_push_message": (
            "const out: string[] = []; try { JSON.parse('x'); } catch (e: any) { out.push(e.message); }",
            True,
        ),
        "more_array_push_inferred": (
            "const out = [1]; try { JSON.parse('x'); } catch (e: any) { out.push(e); }",
            False,
        ),
        "more_map_set": (
            "const seen = new Map<string, number>(); try { JSON.parse('x'); } catch (e: any) { seen.set('a', e); }",
            False,
        ),
        "more_throw_member": ("try { JSON.parse('x'); } catch (e: any) { throw e.cause; }", True),
        "more_finally": (
            "let last; try { JSON.parse('x'); } catch (e: any) { last = e; } finally { console.log(1); } console.log(last);",
            False,
        ),
        "more_finally_member": (
            "let last; try { JSON.parse('x'); } catch (e: any) { last = e; } console.log(last.a);",
            False,
        ),
        "more_typed_variable": (
            "let last: Error | undefined; try { JSON.parse('x'); } catch (e: any) { last = e; } console.log(last);",
            False,
        ),
        "more_ternary": (
            "try { JSON.parse('x'); } catch (e: any) { const s: string = e ? 'a' : 'b'; console.log(s); }",
            True,
        ),
        "more_ternary_value": (
            "try { JSON.parse('x'); } catch (e: any) { const s: string = Math.random() > 1 ? e : 'b'; console.log(s); }",
            False,
        ),
        "more_or_value": (
            "try { JSON.parse('x'); } catch (e: any) { const s: string = e || 'b'; console.log(s); }",
            False,
        ),
        "more_and_value": (
            "try { JSON.parse('x'); } catch (e: any) { const s: string = e && 'b'; console.log(s); }",
            False,
        ),
        "more_logical_statement": ("try { JSON.parse('x'); } catch (e: any) { e && console.log(1); }", True),
        "more_sequence": (
            "try { JSON.parse('x'); } catch (e: any) { const n: number = (console.log(e), 1); console.log(n); }",
            True,
        ),
        "more_assertion": (
            "function isError(x: unknown): x is Error { return x instanceof Error; } try { JSON.parse('x'); } catch (e: any) { if (isError(e)) console.log(e.message); }",
            True,
        ),
        "more_is_array": (
            "function f() { const x: any = JSON.parse('1'); if (Array.isArray(x)) console.log(x.length); } f();",
            False,
        ),
        "more_not_string": (
            "function f() { const x: any = JSON.parse('1'); if (typeof x !== 'string') return 1; return x.length; } f();",
            True,
        ),
        "more_typeof_or": (
            "function f() { const x: any = JSON.parse('1'); if (typeof x === 'string' || typeof x === 'number') console.log(x.toString()); } f();",
            True,
        ),
        "more_typeof_closure": (
            "function f() { let x: any = JSON.parse('1'); if (typeof x === 'string') { [1].forEach(() => { x = 1; }); console.log(x.length); } } f();",
            False,
        ),
        "more_loop_narrow": (
            "function f() { let x: any = 'a'; while (typeof x === 'string') { console.log(x.length); x = 1; } } f();",
            True,
        ),
        "more_param_this": (
            "class A { #log(x: any): void { console.log(x); } run(): void { this.#log(1); } } new A().run();",
            True,
        ),
        "more_param_interface": (
            "interface L { log(x: number): void } class A implements L { log(x: any): void { console.log(x); } } new A().log(1);",
            False,
        ),
        "more_param_returned": (
            "function id(x: any) { return x; } const s: string = id('a'); console.log(s);",
            False,
        ),
        "more_param_generic": ("function wrap(x: any): unknown[] { return [x]; } wrap(1);", True),
        "more_param_guard": ("function f(x: any): x is string { return typeof x === 'string'; } f(1);", True),
        "more_param_asserts": (
            "function f(x: any): asserts x { if (!x) throw new Error('no'); } f(1);",
            True,
        ),
        "more_param_recursive": (
            "function f(x: any, n: number): void { if (n > 0) f(x, n - 1); else console.log(x); } f(1, 2);",
            True,
        ),
        "more_param_new": ("function f(x: any): void { console.log(x); } f(new Date()); f(() => 1);", True),
        "more_param_bound": ("function f(x: any): void { console.log(x); } f.call(null, 1);", False),
        "more_date": (
            "function f() { const x: any = JSON.parse('1'); return new Date(x).getTime(); } f();",
            False,
        ),
        "more_regex": ("function f() { const x: any = JSON.parse('1'); return /a/.test(x); } f();", False),
        "more_isnan": ("function f() { const x: any = JSON.parse('1'); return isNaN(x); } f();", False),
        "more_parse_int": (
            "function f() { const x: any = JSON.parse('1'); return parseInt(x, 10); } f();",
            False,
        ),
        "more_set_has": (
            "function f() { const x: any = JSON.parse('1'); return new Set([1]).has(x); } f();",
            False,
        ),
        "more_includes": (
            "function f() { const x: any = JSON.parse('1'); const l: string[] = []; return l.includes(x); } f();",
            False,
        ),
        "more_array_literal": (
            "function f() { const x: any = JSON.parse('1'); const l = [x]; return l[0].a; } f();",
            False,
        ),
        "more_object_any": (
            "function f(): { v: any } { const x: any = JSON.parse('1'); return { v: x }; } f();",
            True,
        ),
        "more_tuple": (
            "function f(): [string, unknown] { const x: any = JSON.parse('1'); return ['a', x]; } f();",
            False,
        ),
        "more_nested_function": (
            "function f() { function g(y: any): void { console.log(y); } g(1); } f();",
            True,
        ),
        "more_export_const_arrow": ("export const log = (x: any): void => { console.log(x); };", False),
        "more_typed_arrow": (
            "const log: (x: number) => void = (x: any) => { console.log(x); }; log(1);",
            False,
        ),
        "more_abstract": ("abstract class A { protected abstract m(x: any): void; } console.log(A);", False),
        "more_setter": (
            "class A { private set v(x: any) { console.log(x); } run(): void { this.v = 1; } } new A().run();",
            False,
        ),
        "more_constructor": ("class A { constructor(x: any) { console.log(x); } } new A(1);", False),
        "more_export_variable": ("export const x: any = 1;", False),
        "more_module_variable": ("const x: any = JSON.parse('1'); console.log(x);", False),
        "more_local_union": (
            "function f() { const x: any | null = JSON.parse('1'); console.log(x); } f();",
            False,
        ),
    }
)
