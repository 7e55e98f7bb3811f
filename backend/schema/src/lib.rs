//! The tables, as the migrations leave them. Printed by `backend/scripts/schema`; do not edit.

diesel::table! {
    use diesel::sql_types::*;

    activity_log (at, id) {
        id -> Uuid,
        at -> Timestamptz,
        level -> Text,
        actor -> Text,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        action -> Text,
        subject_kind -> Nullable<Text>,
        subject_id -> Nullable<Uuid>,
        description -> Text,
        old -> Nullable<Jsonb>,
        new -> Nullable<Jsonb>,
        ip -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    admin_addresses (admin_id, ip) {
        admin_id -> Uuid,
        ip -> Text,
        first_at -> Timestamptz,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    admin_group_groups (group_id, member_id) {
        group_id -> Uuid,
        member_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    admin_group_members (admin_id, group_id) {
        admin_id -> Uuid,
        group_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    admin_group_permissions (group_id, permission) {
        group_id -> Uuid,
        permission -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    admin_groups (id) {
        id -> Uuid,
        name -> Text,
        description -> Text,
        kind -> Text,
        grants_all -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    admins (id) {
        id -> Uuid,
        email -> Text,
        first_name -> Text,
        last_name -> Text,
        phone -> Nullable<Text>,
        language -> Text,
        status -> Text,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<Timestamptz>,
        two_factor -> Bool,
        notes -> Text,
        last_sign_in_at -> Nullable<Timestamptz>,
        last_sign_in_ip -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    api_tokens (id) {
        id -> Uuid,
        token_hash -> Bytea,
        prefix -> Text,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        name -> Text,
        scopes -> Array<Text>,
        networks -> Array<Text>,
        service_id -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        last_used_ip -> Nullable<Text>,
        revoked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    archived_charges (client_id, service_id, month) {
        client_id -> Uuid,
        service_id -> Uuid,
        month -> Date,
        charges -> Int8,
        amount -> Numeric,
        first_from -> Timestamptz,
        last_from -> Timestamptz,
        last_to -> Timestamptz,
        price_version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    archived_months (month) {
        month -> Date,
        charges -> Int8,
        sums -> Jsonb,
        sha256 -> Bytea,
        sealed_to -> Date,
        seal -> Bytea,
        archived_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    archived_splits (transfer_id, month) {
        transfer_id -> Uuid,
        month -> Date,
        client_id -> Uuid,
        charges -> Int8,
        amount -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    attribute_groups (id) {
        id -> Uuid,
        key -> Text,
        texts -> Jsonb,
        icon_image -> Nullable<Text>,
        visible -> Bool,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    attributes (id) {
        id -> Uuid,
        group_id -> Uuid,
        key -> Text,
        texts -> Jsonb,
        icon_image -> Nullable<Text>,
        visible -> Bool,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    cart_items (client_id, id) {
        client_id -> Uuid,
        id -> Uuid,
        product_id -> Uuid,
        period -> Text,
        options -> Jsonb,
        fields -> Jsonb,
        label -> Nullable<Text>,
        quantity -> Int4,
        version -> Int4,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    charges (client_id, service_id, period_from) {
        client_id -> Uuid,
        service_id -> Uuid,
        period_from -> Timestamptz,
        period_to -> Timestamptz,
        amount -> Numeric,
        price_version -> Int4,
        transfer_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    client_addresses (id) {
        id -> Uuid,
        client_id -> Uuid,
        kind -> Text,
        line1 -> Text,
        line2 -> Text,
        city -> Text,
        postcode -> Text,
        country -> Text,
        region -> Nullable<Text>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    client_invitations (id) {
        id -> Uuid,
        client_id -> Uuid,
        email -> Text,
        role -> Text,
        permissions -> Array<Text>,
        token_hash -> Bytea,
        invited_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    client_notes (id) {
        id -> Uuid,
        client_id -> Uuid,
        admin_id -> Uuid,
        text -> Text,
        at -> Timestamptz,
        service_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    client_status_history (id) {
        id -> Uuid,
        client_id -> Uuid,
        status_from -> Nullable<Text>,
        status_to -> Text,
        reason -> Text,
        actor -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    client_users (client_id, user_id) {
        client_id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        permissions -> Array<Text>,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    clients (id) {
        id -> Uuid,
        status -> Text,
        status_reason -> Nullable<Text>,
        first_name -> Text,
        last_name -> Text,
        company_name -> Text,
        tax_id -> Text,
        tax_id_valid -> Nullable<Bool>,
        tax_id_checked_at -> Nullable<Timestamptz>,
        tax_id_evidence -> Nullable<Jsonb>,
        email -> Text,
        phone_country -> Nullable<Text>,
        phone -> Nullable<Text>,
        language -> Text,
        currency -> Text,
        company_id -> Uuid,
        enforce_two_factor -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        networks -> Array<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    clock (id) {
        id -> Int2,
        offset_ms -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    companies (id) {
        id -> Uuid,
        name -> Text,
        line1 -> Text,
        line2 -> Text,
        city -> Text,
        postcode -> Text,
        country -> Text,
        region -> Nullable<Text>,
        email -> Text,
        phone -> Text,
        website -> Text,
        is_default -> Bool,
        archived_at -> Nullable<Timestamptz>,
        currency -> Text,
        vat_id -> Text,
        tax_ids -> Jsonb,
        fallback_rates -> Jsonb,
        bank -> Jsonb,
        logo -> Nullable<Bytea>,
        logo_type -> Nullable<Text>,
        item_texts -> Jsonb,
        pay_to -> Text,
        footer -> Text,
        paper -> Text,
        sender_name -> Text,
        sender_email -> Text,
        due_days -> Nullable<Int4>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        embed_einvoice -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    currencies (code) {
        code -> Text,
        prefix -> Text,
        suffix -> Text,
        rate -> Numeric,
        format -> Text,
        is_default -> Bool,
        enabled -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    document_files (document_id) {
        document_id -> Uuid,
        sha256 -> Bytea,
        bytes -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    document_lines (document_id, position) {
        document_id -> Uuid,
        position -> Int4,
        description -> Text,
        quantity -> Numeric,
        unit -> Text,
        unit_price -> Numeric,
        discount -> Numeric,
        amount -> Numeric,
        explanation -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    document_logos (sha256) {
        sha256 -> Bytea,
        media_type -> Text,
        bytes -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    document_taxes (document_id, position) {
        document_id -> Uuid,
        position -> Int4,
        name -> Text,
        rate -> Numeric,
        base -> Numeric,
        amount -> Numeric,
        paid -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    document_templates (id) {
        id -> Int4,
        company_id -> Uuid,
        kind -> Text,
        language -> Text,
        version -> Int4,
        source -> Nullable<Text>,
        changed_by -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    documents (id) {
        id -> Uuid,
        company_id -> Uuid,
        client_id -> Uuid,
        kind -> Text,
        status -> Text,
        purpose -> Text,
        number -> Nullable<Text>,
        currency -> Text,
        net -> Numeric,
        tax -> Numeric,
        total -> Numeric,
        paid -> Numeric,
        paid_net -> Numeric,
        language -> Text,
        issued_at -> Nullable<Timestamptz>,
        issued_on -> Nullable<Date>,
        due_on -> Nullable<Date>,
        paid_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        seller -> Jsonb,
        buyer -> Jsonb,
        tax_decision -> Jsonb,
        texts -> Jsonb,
        template_version -> Int4,
        proforma_id -> Nullable<Uuid>,
        invoice_id -> Nullable<Uuid>,
        order_id -> Nullable<Uuid>,
        created_by -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        from_wallet -> Numeric,
        waived -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    exchange_rates (base, currency, on_date) {
        base -> Text,
        currency -> Text,
        on_date -> Date,
        rate -> Numeric,
        source -> Text,
        set_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    factors (id) {
        id -> Uuid,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        kind -> Text,
        name -> Text,
        secret_sealed -> Nullable<Bytea>,
        last_step -> Nullable<Int8>,
        code_hash -> Nullable<Bytea>,
        code_expires_at -> Nullable<Timestamptz>,
        code_tries -> Int4,
        is_default -> Bool,
        verified_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    gateways (id) {
        id -> Uuid,
        company_id -> Uuid,
        key -> Text,
        module -> Text,
        currencies -> Array<Text>,
        texts -> Jsonb,
        settings -> Jsonb,
        secrets_sealed -> Nullable<Bytea>,
        sandbox -> Bool,
        enabled -> Bool,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    holds (id) {
        id -> Uuid,
        client_id -> Uuid,
        service_id -> Uuid,
        amount -> Numeric,
        state -> Text,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    idempotency_keys (principal, operation, key) {
        principal -> Text,
        operation -> Text,
        key -> Text,
        fingerprint -> Bytea,
        status -> Int2,
        answer -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    images (hash) {
        hash -> Text,
        media_type -> Text,
        width -> Int4,
        height -> Int4,
        content -> Bytea,
        stored_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_accounts (id) {
        id -> Uuid,
        kind -> Text,
        client_id -> Nullable<Uuid>,
        company_id -> Nullable<Uuid>,
        currency -> Text,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_causes (cause) {
        cause -> Text,
        posting_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_seals (day) {
        day -> Date,
        previous -> Bytea,
        hash -> Bytea,
        transfers -> Int8,
        documents -> Int8,
        sealed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_snapshots (account_id, day) {
        account_id -> Uuid,
        day -> Date,
        balance -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    ledger_transfers (id, at) {
        id -> Uuid,
        at -> Timestamptz,
        posting_id -> Uuid,
        debit_account -> Uuid,
        credit_account -> Uuid,
        amount -> Numeric,
        currency -> Text,
        kind -> Text,
        client_id -> Nullable<Uuid>,
        service_id -> Nullable<Uuid>,
        document_id -> Nullable<Uuid>,
        payment_id -> Nullable<Uuid>,
        period_from -> Nullable<Timestamptz>,
        period_to -> Nullable<Timestamptz>,
        actor -> Text,
        explanation -> Jsonb,
        balance_after -> Nullable<Numeric>,
        cause -> Text,
        reverses -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    module_log (id, created_at) {
        id -> Uuid,
        created_at -> Timestamptz,
        level -> Text,
        module -> Text,
        action -> Text,
        operation_id -> Nullable<Uuid>,
        service_id -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        attempt -> Int4,
        duration_ms -> Int8,
        message -> Text,
        request -> Jsonb,
        response -> Jsonb,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    modules (key) {
        key -> Text,
        id -> Uuid,
        status -> Text,
        error -> Nullable<Text>,
        module_version -> Text,
        configuration -> Jsonb,
        activated_at -> Nullable<Timestamptz>,
        tested_at -> Nullable<Timestamptz>,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    notifications (id) {
        id -> Uuid,
        event -> Text,
        audience -> Text,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        email -> Text,
        language -> Text,
        params -> Jsonb,
        secrets_sealed -> Nullable<Bytea>,
        subject -> Nullable<Text>,
        body_html -> Nullable<Text>,
        body_text -> Nullable<Text>,
        bell -> Bool,
        read_at -> Nullable<Timestamptz>,
        state -> Text,
        answer -> Nullable<Text>,
        attachments -> Jsonb,
        dedup_key -> Nullable<Text>,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    number_runs (company_id, kind, counting, format, first_number) {
        company_id -> Uuid,
        kind -> Text,
        counting -> Text,
        format -> Text,
        first_number -> Int8,
        last_number -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    number_series (company_id, kind) {
        company_id -> Uuid,
        kind -> Text,
        format -> Text,
        next_number -> Int8,
        reset -> Text,
        counting -> Text,
        version -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    one_time_links (token_hash) {
        token_hash -> Bytea,
        purpose -> Text,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        email -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    option_groups (id) {
        id -> Uuid,
        key -> Text,
        texts -> Jsonb,
        kind -> Text,
        unit -> Text,
        quantity_min -> Int4,
        quantity_max -> Int4,
        quantity_step -> Int4,
        pattern -> Nullable<Text>,
        visible -> Bool,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        convert_price -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    options (id) {
        id -> Uuid,
        group_id -> Uuid,
        key -> Text,
        value -> Text,
        texts -> Jsonb,
        visible -> Bool,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        icon_image -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    orders (id) {
        id -> Uuid,
        client_id -> Uuid,
        status -> Text,
        currency -> Text,
        due_now -> Numeric,
        proforma_id -> Nullable<Uuid>,
        placed_by -> Text,
        cancel_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        terms_version -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    payments (id) {
        id -> Uuid,
        gateway_id -> Uuid,
        company_id -> Uuid,
        client_id -> Uuid,
        document_id -> Nullable<Uuid>,
        external_id -> Text,
        gross -> Numeric,
        fee -> Numeric,
        currency -> Text,
        status -> Text,
        to_wallet -> Numeric,
        to_tax -> Numeric,
        to_suspense -> Numeric,
        received_on -> Date,
        note -> Text,
        booked_by -> Text,
        raw -> Jsonb,
        posting_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        assigned -> Numeric,
        refunded -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    preferences (person_id, key) {
        person_id -> Uuid,
        key -> Text,
        value -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    price_change_services (change_id, service_id) {
        change_id -> Uuid,
        service_id -> Uuid,
        client_id -> Uuid,
        currency -> Text,
        period -> Text,
        base_before -> Numeric,
        base_after -> Numeric,
        outcome -> Text,
        apply_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    price_changes (id) {
        id -> Uuid,
        product_id -> Uuid,
        state -> Text,
        apply_at -> Timestamptz,
        prices -> Jsonb,
        prepared_client -> Nullable<Uuid>,
        created_by -> Text,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    prices (id) {
        id -> Uuid,
        product_id -> Nullable<Uuid>,
        option_id -> Nullable<Uuid>,
        currency -> Text,
        period -> Text,
        setup -> Nullable<Numeric>,
        base -> Nullable<Numeric>,
        idle -> Nullable<Numeric>,
        switch_up -> Nullable<Numeric>,
        switch_down -> Nullable<Numeric>,
        uninstall -> Nullable<Numeric>,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    processes (id) {
        id -> Uuid,
        host -> Text,
        role -> Text,
        app_version -> Text,
        leader -> Bool,
        started_at -> Timestamptz,
        seen_at -> Timestamptz,
        lost_at -> Nullable<Timestamptz>,
        concurrency -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    product_attributes (product_id, attribute_id) {
        product_id -> Uuid,
        attribute_id -> Uuid,
        sort -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    product_group_products (group_id, product_id) {
        group_id -> Uuid,
        product_id -> Uuid,
        sort -> Int4,
        visible -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    product_groups (id) {
        id -> Uuid,
        key -> Text,
        texts -> Jsonb,
        icon -> Text,
        visible -> Bool,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        icon_image -> Nullable<Text>,
        background_image -> Nullable<Text>,
        list_look -> Text,
        order_look -> Text,
        manage_look -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    product_option_groups (product_id, group_id) {
        product_id -> Uuid,
        group_id -> Uuid,
        required -> Bool,
        sort -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    products (id) {
        id -> Uuid,
        key -> Text,
        texts -> Jsonb,
        icon -> Text,
        visible -> Bool,
        direct_link -> Bool,
        retired -> Bool,
        stock_control -> Bool,
        stock -> Nullable<Int4>,
        stock_used -> Int4,
        hourly_billing -> Bool,
        allow_idle -> Bool,
        convert_price -> Bool,
        suspension_grace_hours -> Nullable<Int4>,
        termination_delay_hours -> Nullable<Int4>,
        cancellation_delay_hours -> Int4,
        module -> Text,
        module_settings -> Jsonb,
        attributes -> Jsonb,
        notes -> Text,
        sort -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        icon_image -> Nullable<Text>,
        background_image -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    queues (queue) {
        queue -> Text,
        paused -> Bool,
        concurrency_min -> Int4,
        concurrency_max -> Int4,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    recovery_codes (id) {
        id -> Uuid,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        code_hash -> Bytea,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    refunds (id) {
        id -> Uuid,
        invoice_id -> Uuid,
        credit_note_id -> Uuid,
        payment_id -> Nullable<Uuid>,
        amount -> Numeric,
        method -> Text,
        reference -> Text,
        reason -> Text,
        created_by -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    schedules (key) {
        key -> Text,
        cron -> Text,
        time_zone -> Text,
        enabled -> Bool,
        next_run_at -> Nullable<Timestamptz>,
        last_run_at -> Nullable<Timestamptz>,
        last_task_id -> Nullable<Uuid>,
        version -> Int4,
        updated_at -> Timestamptz,
        follows_zone -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    seo_texts (id) {
        id -> Uuid,
        product_id -> Nullable<Uuid>,
        group_id -> Nullable<Uuid>,
        language -> Text,
        slug -> Text,
        title -> Text,
        description -> Text,
        indexable -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    service_events (id) {
        id -> Uuid,
        service_id -> Uuid,
        client_id -> Uuid,
        at -> Timestamptz,
        state_from -> Nullable<Text>,
        state_to -> Text,
        what -> Text,
        reason -> Text,
        actor -> Text,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    service_options (service_id, group_id) {
        service_id -> Uuid,
        group_id -> Uuid,
        option_id -> Nullable<Uuid>,
        quantity -> Int4,
        text_value -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    service_prices (service_id, version) {
        service_id -> Uuid,
        version -> Int4,
        snapshot -> Jsonb,
        valid_from -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    services (id) {
        id -> Uuid,
        client_id -> Uuid,
        order_id -> Nullable<Uuid>,
        product_id -> Uuid,
        company_id -> Uuid,
        label -> Text,
        state -> Text,
        idle -> Bool,
        manual -> Bool,
        currency -> Text,
        period -> Text,
        charge_by -> Text,
        price_version -> Int4,
        setup -> Numeric,
        base -> Numeric,
        idle_price -> Nullable<Numeric>,
        uninstall -> Numeric,
        rate -> Nullable<Numeric>,
        stream_from -> Nullable<Timestamptz>,
        paid_until -> Nullable<Timestamptz>,
        anchor_at -> Nullable<Timestamptz>,
        periods_charged -> Int4,
        past_due_since -> Nullable<Timestamptz>,
        suspended_at -> Nullable<Timestamptz>,
        suspension_reason -> Nullable<Text>,
        termination_requested_at -> Nullable<Timestamptz>,
        terminate_at -> Nullable<Timestamptz>,
        suspension_grace_hours -> Int4,
        termination_delay_hours -> Nullable<Int4>,
        module -> Text,
        module_fields -> Jsonb,
        module_state -> Jsonb,
        operation -> Nullable<Jsonb>,
        stock_taken -> Bool,
        activated_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    sessions (id) {
        id -> Uuid,
        token_hash -> Bytea,
        portal -> Text,
        admin_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        csrf_token -> Text,
        complete -> Bool,
        remember -> Bool,
        user_agent -> Text,
        ip -> Text,
        sudo_until -> Nullable<Timestamptz>,
        factor_failures -> Int4,
        idle_seconds -> Nullable<Int4>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        visit_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    settings (key) {
        key -> Text,
        value -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    sign_in_attempts (id) {
        id -> Int8,
        portal -> Text,
        email -> Text,
        ip -> Text,
        succeeded -> Bool,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    spend_guards (client_id) {
        client_id -> Uuid,
        alert -> Nullable<Numeric>,
        staff_cap -> Nullable<Numeric>,
        own_cap -> Nullable<Numeric>,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    statement_files (client_id, month) {
        client_id -> Uuid,
        month -> Date,
        sha256 -> Bytea,
        bytes -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    statements (client_id, month) {
        client_id -> Uuid,
        month -> Date,
        company_id -> Uuid,
        currency -> Text,
        charged -> Numeric,
        returned -> Numeric,
        services -> Int4,
        language -> Text,
        seller -> Jsonb,
        buyer -> Jsonb,
        content -> Jsonb,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    support_access (client_id) {
        client_id -> Uuid,
        allowed_by -> Nullable<Uuid>,
        allowed_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    support_requests (id) {
        id -> Uuid,
        visit_id -> Uuid,
        at -> Timestamptz,
        method -> Text,
        path -> Text,
        status -> Nullable<Int4>,
        request_id -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    support_visits (id) {
        id -> Uuid,
        client_id -> Uuid,
        user_id -> Nullable<Uuid>,
        admin_id -> Nullable<Uuid>,
        admin_name -> Text,
        staff_session_id -> Uuid,
        reason -> Text,
        uninvited -> Bool,
        began_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tasks (id) {
        id -> Uuid,
        name -> Text,
        queue -> Text,
        state -> Text,
        attempts -> Int4,
        attempts_max -> Int4,
        input -> Jsonb,
        output -> Nullable<Jsonb>,
        error -> Nullable<Text>,
        progress -> Int2,
        step -> Nullable<Text>,
        client_id -> Nullable<Uuid>,
        service_id -> Nullable<Uuid>,
        document_id -> Nullable<Uuid>,
        request_id -> Nullable<Text>,
        dedup_key -> Nullable<Text>,
        manual -> Bool,
        run_at -> Timestamptz,
        pushed_at -> Nullable<Timestamptz>,
        lease_owner -> Nullable<Text>,
        leased_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        duration_ms -> Nullable<Int8>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tax_rules (id) {
        id -> Uuid,
        sort -> Int4,
        company_id -> Nullable<Uuid>,
        country -> Nullable<Text>,
        region -> Nullable<Text>,
        for_private -> Bool,
        for_company -> Bool,
        for_taxed_company -> Bool,
        rates -> Jsonb,
        note -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    terms (version) {
        version -> Int4,
        texts -> Jsonb,
        published_by -> Text,
        published_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    users (id) {
        id -> Uuid,
        email -> Text,
        first_name -> Text,
        last_name -> Text,
        phone_country -> Nullable<Text>,
        phone -> Nullable<Text>,
        language -> Text,
        status -> Text,
        email_verified_at -> Nullable<Timestamptz>,
        phone_verified_at -> Nullable<Timestamptz>,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<Timestamptz>,
        two_factor -> Bool,
        notes -> Text,
        last_sign_in_at -> Nullable<Timestamptz>,
        last_sign_in_ip -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        terms_version -> Nullable<Int4>,
        terms_accepted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    vat_checks (client_id, id) {
        client_id -> Uuid,
        id -> Uuid,
        vat_id -> Text,
        requester_vat_id -> Text,
        asked_at -> Timestamptz,
        outcome -> Text,
        source -> Text,
        consultation -> Nullable<Text>,
        name -> Text,
        address -> Text,
        note -> Text,
        admin_id -> Nullable<Uuid>,
        answer -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    wallets (client_id) {
        client_id -> Uuid,
        company_id -> Uuid,
        currency -> Text,
        balance -> Numeric,
        held -> Numeric,
        credit_limit -> Numeric,
        charged_to -> Timestamptz,
        next_due_at -> Nullable<Timestamptz>,
        used -> Bool,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(admin_addresses -> admins (admin_id));
diesel::joinable!(admin_group_members -> admins (admin_id));
diesel::joinable!(admin_group_members -> admin_groups (group_id));
diesel::joinable!(admin_group_permissions -> admin_groups (group_id));
diesel::joinable!(api_tokens -> admins (admin_id));
diesel::joinable!(api_tokens -> clients (client_id));
diesel::joinable!(api_tokens -> users (user_id));
diesel::joinable!(archived_charges -> archived_months (month));
diesel::joinable!(archived_splits -> archived_months (month));
diesel::joinable!(attribute_groups -> images (icon_image));
diesel::joinable!(attributes -> attribute_groups (group_id));
diesel::joinable!(attributes -> images (icon_image));
diesel::joinable!(cart_items -> clients (client_id));
diesel::joinable!(cart_items -> products (product_id));
diesel::joinable!(client_addresses -> clients (client_id));
diesel::joinable!(client_invitations -> clients (client_id));
diesel::joinable!(client_invitations -> users (invited_by));
diesel::joinable!(client_notes -> admins (admin_id));
diesel::joinable!(client_notes -> clients (client_id));
diesel::joinable!(client_notes -> services (service_id));
diesel::joinable!(client_status_history -> clients (client_id));
diesel::joinable!(client_users -> clients (client_id));
diesel::joinable!(client_users -> users (user_id));
diesel::joinable!(clients -> companies (company_id));
diesel::joinable!(clients -> currencies (currency));
diesel::joinable!(companies -> currencies (currency));
diesel::joinable!(document_files -> documents (document_id));
diesel::joinable!(document_lines -> documents (document_id));
diesel::joinable!(document_taxes -> documents (document_id));
diesel::joinable!(document_templates -> companies (company_id));
diesel::joinable!(documents -> clients (client_id));
diesel::joinable!(documents -> companies (company_id));
diesel::joinable!(factors -> admins (admin_id));
diesel::joinable!(factors -> users (user_id));
diesel::joinable!(gateways -> companies (company_id));
diesel::joinable!(holds -> clients (client_id));
diesel::joinable!(holds -> services (service_id));
diesel::joinable!(ledger_accounts -> clients (client_id));
diesel::joinable!(ledger_accounts -> companies (company_id));
diesel::joinable!(ledger_accounts -> currencies (currency));
diesel::joinable!(ledger_snapshots -> ledger_accounts (account_id));
diesel::joinable!(notifications -> admins (admin_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(number_runs -> companies (company_id));
diesel::joinable!(number_series -> companies (company_id));
diesel::joinable!(one_time_links -> admins (admin_id));
diesel::joinable!(one_time_links -> users (user_id));
diesel::joinable!(options -> option_groups (group_id));
diesel::joinable!(options -> images (icon_image));
diesel::joinable!(orders -> clients (client_id));
diesel::joinable!(orders -> terms (terms_version));
diesel::joinable!(payments -> clients (client_id));
diesel::joinable!(payments -> companies (company_id));
diesel::joinable!(payments -> documents (document_id));
diesel::joinable!(payments -> gateways (gateway_id));
diesel::joinable!(price_change_services -> price_changes (change_id));
diesel::joinable!(price_change_services -> services (service_id));
diesel::joinable!(price_changes -> products (product_id));
diesel::joinable!(prices -> currencies (currency));
diesel::joinable!(prices -> options (option_id));
diesel::joinable!(prices -> products (product_id));
diesel::joinable!(product_attributes -> attributes (attribute_id));
diesel::joinable!(product_attributes -> products (product_id));
diesel::joinable!(product_group_products -> product_groups (group_id));
diesel::joinable!(product_group_products -> products (product_id));
diesel::joinable!(product_option_groups -> option_groups (group_id));
diesel::joinable!(product_option_groups -> products (product_id));
diesel::joinable!(recovery_codes -> admins (admin_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(refunds -> payments (payment_id));
diesel::joinable!(seo_texts -> product_groups (group_id));
diesel::joinable!(seo_texts -> products (product_id));
diesel::joinable!(service_events -> services (service_id));
diesel::joinable!(service_options -> option_groups (group_id));
diesel::joinable!(service_options -> options (option_id));
diesel::joinable!(service_options -> services (service_id));
diesel::joinable!(service_prices -> services (service_id));
diesel::joinable!(services -> clients (client_id));
diesel::joinable!(services -> companies (company_id));
diesel::joinable!(services -> orders (order_id));
diesel::joinable!(services -> products (product_id));
diesel::joinable!(sessions -> admins (admin_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(sessions -> support_visits (visit_id));
diesel::joinable!(spend_guards -> clients (client_id));
diesel::joinable!(statement_files -> clients (client_id));
diesel::joinable!(statements -> clients (client_id));
diesel::joinable!(statements -> companies (company_id));
diesel::joinable!(support_access -> users (allowed_by));
diesel::joinable!(support_access -> clients (client_id));
diesel::joinable!(support_requests -> support_visits (visit_id));
diesel::joinable!(support_visits -> admins (admin_id));
diesel::joinable!(support_visits -> clients (client_id));
diesel::joinable!(support_visits -> users (user_id));
diesel::joinable!(tax_rules -> companies (company_id));
diesel::joinable!(users -> terms (terms_version));
diesel::joinable!(vat_checks -> admins (admin_id));
diesel::joinable!(vat_checks -> clients (client_id));
diesel::joinable!(wallets -> clients (client_id));
diesel::joinable!(wallets -> companies (company_id));
diesel::joinable!(wallets -> currencies (currency));

diesel::allow_tables_to_appear_in_same_query!(
    activity_log,
    admin_addresses,
    admin_group_groups,
    admin_group_members,
    admin_group_permissions,
    admin_groups,
    admins,
    api_tokens,
    archived_charges,
    archived_months,
    archived_splits,
    attribute_groups,
    attributes,
    cart_items,
    charges,
    client_addresses,
    client_invitations,
    client_notes,
    client_status_history,
    client_users,
    clients,
    clock,
    companies,
    currencies,
    document_files,
    document_lines,
    document_logos,
    document_taxes,
    document_templates,
    documents,
    exchange_rates,
    factors,
    gateways,
    holds,
    idempotency_keys,
    images,
    ledger_accounts,
    ledger_causes,
    ledger_seals,
    ledger_snapshots,
    ledger_transfers,
    module_log,
    modules,
    notifications,
    number_runs,
    number_series,
    one_time_links,
    option_groups,
    options,
    orders,
    payments,
    preferences,
    price_change_services,
    price_changes,
    prices,
    processes,
    product_attributes,
    product_group_products,
    product_groups,
    product_option_groups,
    products,
    queues,
    recovery_codes,
    refunds,
    schedules,
    seo_texts,
    service_events,
    service_options,
    service_prices,
    services,
    sessions,
    settings,
    sign_in_attempts,
    spend_guards,
    statement_files,
    statements,
    support_access,
    support_requests,
    support_visits,
    tasks,
    tax_rules,
    terms,
    users,
    vat_checks,
    wallets,
);
