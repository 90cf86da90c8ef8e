export { ZendeskAdapter } from "./ZendeskAdapter.js";
export type { ZendeskTicket } from "./ZendeskAdapter.js";
