-- rls-classification: public_read
CREATE TABLE plans (
  code text PRIMARY KEY,
  page_limit integer NOT NULL,
  monthly_price_cents integer NOT NULL
);

-- rls-classification: service_only
CREATE TABLE job_locks (
  name text PRIMARY KEY,
  locked_until timestamptz NOT NULL
);

CREATE TABLE exchange_rates (
  currency char(3) NOT NULL,
  day date NOT NULL,
  rate numeric NOT NULL,
  PRIMARY KEY (currency, day)
);
