//! The client portal: `/`.

fn main() {
    frontend::start_client_portal();
}
