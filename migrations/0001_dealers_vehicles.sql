-- Who sells, and what is for sale.

create table dealers (
    id uuid primary key,
    -- Names the dealer in commands and addresses; never changes once given.
    slug text not null
        constraint dealers_slug_key unique
        constraint dealers_slug_shape check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
    name text not null constraint dealers_name_present check (btrim(name) <> '' and length(name) <= 120),
    -- E.164 with «+». Not unique: two lots of one owner may share a phone.
    phone text not null constraint dealers_phone_e164 check (phone ~ '^\+[1-9][0-9]{1,14}$'),
    -- City, as people say it. Unknown when the dealer was added by the command line.
    location text constraint dealers_location_present check (btrim(location) <> ''),
    created_at timestamptz not null
);

-- Text without accents, in lower case, so that «camión», «camion» and «CAMIÓN» are one word. The upper-case accents are
-- named because lower() leaves them alone under the C locale. Immutable and free of extensions: unaccent needs a superuser.
create function okla_fold(value text) returns text
    language sql immutable parallel safe strict
    return translate(lower(value), 'áéíóúüñÁÉÍÓÚÜÑ', 'aeiouunaeiouun');

create table vehicles (
    id uuid primary key,
    dealer_id uuid not null constraint vehicles_dealer_fkey references dealers (id),
    -- The dealer's own stock number: what an import recognises a vehicle by.
    reference text not null constraint vehicles_reference_present check (btrim(reference) <> ''),
    make text not null constraint vehicles_make_present check (btrim(make) <> ''),
    model text not null constraint vehicles_model_present check (btrim(model) <> ''),
    trim_level text constraint vehicles_trim_level_present check (btrim(trim_level) <> ''),
    year smallint not null constraint vehicles_year_plausible check (year between 1950 and 2100),
    -- The words of `domain::vehicle`, Spanish because buyers search by them and addresses show them.
    body_type text not null constraint vehicles_body_type_known check (body_type in
        ('sedan', 'hatchback', 'jeepeta', 'jeepeta-grande', 'camioneta', 'minibus', 'coupe', 'camion')),
    color text not null constraint vehicles_color_known check (color in
        ('blanco', 'negro', 'gris', 'plateado', 'rojo', 'vino', 'azul', 'verde', 'dorado', 'marron', 'naranja', 'amarillo')),
    transmission text not null constraint vehicles_transmission_known check (transmission in ('automatica', 'mecanica', 'cvt')),
    fuel text not null constraint vehicles_fuel_known check (fuel in ('gasolina', 'diesel', 'hibrido', 'electrico', 'glp')),
    mileage_km integer not null constraint vehicles_mileage_plausible check (mileage_km between 0 and 2000000),
    price_amount numeric(12, 2) not null constraint vehicles_price_positive check (price_amount > 0),
    price_currency text not null constraint vehicles_price_currency_known check (price_currency in ('DOP', 'USD')),
    -- The price in RD$ at the reference rate, for filtering and sorting across currencies; never shown as a price.
    -- The rate is `domain::money::DOP_PER_USD`; a test holds the two equal. A new rate is a migration that renews this column.
    price_dop numeric(14, 2) not null
        generated always as (price_amount * case price_currency when 'USD' then 63 else 1 end) stored,
    location text not null constraint vehicles_location_present check (btrim(location) <> ''),
    description text not null default '',
    -- Null while the dealer prepares it; only published vehicles are shown.
    published_at timestamptz,
    updated_at timestamptz not null,
    -- Twice over: as written, for names and prefixes («coro» finds Corolla), and by Spanish stems («jeepetas» finds jeepeta).
    search tsvector not null generated always as (
        to_tsvector('simple', okla_fold(make || ' ' || model || ' ' || coalesce(trim_level, '') || ' ' || year::text || ' ' || body_type
            || ' ' || color || ' ' || transmission || ' ' || fuel || ' ' || location || ' ' || reference || ' ' || description))
        || to_tsvector('spanish', okla_fold(make || ' ' || model || ' ' || body_type || ' ' || color || ' ' || location || ' ' || description))
    ) stored,
    -- One vehicle a stock number; also finds a dealer's vehicles for an import.
    constraint vehicles_dealer_reference_key unique (dealer_id, reference)
);

-- The public list: newest first, and each filter or order a buyer can choose. Partial, for drafts are never listed.
create index vehicles_newest_idx on vehicles (published_at desc, id desc) where published_at is not null;
create index vehicles_make_idx on vehicles (make, published_at desc, id desc) where published_at is not null;
create index vehicles_price_idx on vehicles (price_dop) where published_at is not null;
create index vehicles_year_idx on vehicles (year) where published_at is not null;
create index vehicles_search_idx on vehicles using gin (search) where published_at is not null;
