/** As much of Express, BullMQ, Redis, React and some vendors' SDKs as the rules' examples use. */
declare module "express" {
  export interface Request {
    body: any;
    ip?: string;
    path: string;
    method: string;
    params: Record<string, string>;
    query: Record<string, string | undefined>;
    headers: Record<string, string | undefined>;
    rawBody?: Buffer;
    auth?: { userId: string; organizationId: string; tenantId: string };
    tenantId?: string;
    organizationId?: string;
    user?: { id: string; organizationId: string; tenantId: string };
    get(name: string): string | undefined;
    header(name: string): string | undefined;
  }
  export interface Response {
    locals: Record<string, any>;
    status(code: number): this;
    json(body: unknown): this;
    send(body?: unknown): this;
    sendStatus(code: number): this;
    end(): this;
  }
  export type NextFunction = (error?: unknown) => void;
  export type RequestHandler = (req: Request, res: Response, next: NextFunction) => unknown;
  export interface Router {
    (req: Request, res: Response, next: NextFunction): unknown;
    get(path: string, ...handlers: RequestHandler[]): this;
    post(path: string, ...handlers: RequestHandler[]): this;
    put(path: string, ...handlers: RequestHandler[]): this;
    patch(path: string, ...handlers: RequestHandler[]): this;
    delete(path: string, ...handlers: RequestHandler[]): this;
    use(...handlers: (string | RequestHandler | Router)[]): this;
  }
  export interface Application extends Router {
    listen(port: number, done?: () => void): unknown;
  }
  export function Router(): Router;
  export function raw(options?: object): RequestHandler;
  export function json(options?: object): RequestHandler;
  function express(): Application;
  namespace express {
    export { Router, raw, json };
  }
  export default express;
}

declare module "bullmq" {
  export interface Job<Data = any> {
    id?: string;
    name: string;
    data: Data;
    attemptsMade: number;
  }
  export class Queue<Data = any> {
    constructor(name: string, options?: object);
    add(name: string, data: Data, options?: object): Promise<Job<Data>>;
    addBulk(jobs: { name: string; data: Data; opts?: object }[]): Promise<Job<Data>[]>;
    getWaitingCount(): Promise<number>;
    close(): Promise<void>;
  }
  export class Worker<Data = any> {
    constructor(name: string, processor: (job: Job<Data>) => Promise<unknown>, options?: object);
    on(event: "failed", listener: (job: Job<Data> | undefined, error: Error) => void): this;
    on(event: "completed", listener: (job: Job<Data>) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    close(): Promise<void>;
  }
}

declare module "ioredis" {
  export class Redis {
    constructor(url?: string, options?: object);
    get(key: string): Promise<string | null>;
    set(key: string, value: string, ...options: (string | number)[]): Promise<"OK" | null>;
    del(...keys: string[]): Promise<number>;
    incr(key: string): Promise<number>;
    expire(key: string, seconds: number): Promise<number>;
  }
  export default Redis;
}

declare module "react" {
  export type ReactNode = unknown;
  export function useState<T>(initial: T): [T, (next: T) => void];
  export function useEffect(run: () => void, dependencies?: readonly unknown[]): void;
}

declare namespace JSX {
  type Element = object;
  interface IntrinsicElements {
    [name: string]: Record<string, unknown>;
  }
}

declare module "@slack/web-api" {
  export class WebClient {
    constructor(token?: string, options?: object);
    chat: { postMessage(message: object): Promise<any> };
    conversations: { list(options?: object): Promise<any>; history(options: object): Promise<any> };
    auth: { test(): Promise<any> };
  }
}

declare module "@hubspot/api-client" {
  export class Client {
    constructor(options?: object);
    crm: any;
    apiRequest(request: object): Promise<any>;
  }
}

declare module "stripe" {
  export default class Stripe {
    constructor(key: string, options?: object);
    customers: any;
    invoices: any;
    webhooks: { constructEvent(payload: string | Buffer, signature: string, secret: string): any };
  }
}

declare module "openai" {
  export default class OpenAI {
    constructor(options?: object);
    chat: any;
    embeddings: any;
  }
}
