export interface StripeInvoice {
  id: string;
  customer: string;
  amountDue: number;
  currency: string;
  paid: boolean;
}
