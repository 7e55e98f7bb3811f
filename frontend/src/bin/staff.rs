//! The staff portal: `/admin`.

fn main() {
    frontend::start_staff_portal();
}
