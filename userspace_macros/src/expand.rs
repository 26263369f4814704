//! What the entry macros become.
//!
//! The function stays as it was written. Beside it, in a module of their own, stand the wrapper
//! that the start-up code enters, the record of the image (CF-7), the start-up symbols, and for
//! `#[process_entry]` the panic handler. None of it exists in a test build, which has a start-up
//! and a panic handler of its own; editors look at programs that way.

use guichet_abi::ABI_SECTION;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemFn, ReturnType, Type};

use crate::checks;

/// Expands `#[process_entry("name")]`.
pub(crate) fn process_entry(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let read = || Ok((checks::name(arguments)?, checks::function(tokens.clone())?));
    match read() {
        Ok((name, function)) => program(&name.value(), &function, panic_handler()),
        Err(error) => refused(error, tokens),
    }
}

/// Expands `#[entry]`.
pub(crate) fn entry(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let read = || {
        checks::no_arguments(arguments)?;
        checks::function(tokens.clone())
    };
    match read() {
        Ok(function) => program("", &function, TokenStream::new()),
        Err(error) => refused(error, tokens),
    }
}

/// The error, and the function as it was, so that nothing else seems to be missing.
fn refused(error: syn::Error, tokens: TokenStream) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#error #tokens)
}

fn program(name: &str, function: &ItemFn, panic_handler: TokenStream) -> TokenStream {
    let call = call(&function.sig.ident, &function.sig.output);
    let name_bytes = name.len();
    quote! {
        #[cfg_attr(test, allow(dead_code))]
        #function

        #[cfg(not(test))]
        mod __guichet_program {
            extern "C" fn main() -> ! {
                #call
            }

            #[used]
            #[unsafe(link_section = #ABI_SECTION)]
            static RECORD: ::userspace::ProgramRecord<#name_bytes> =
                ::userspace::ProgramRecord::new(#name);

            ::userspace::__guichet_program!(main, RECORD);

            #panic_handler
        }
    }
}

/// The call of the function. One that returns `!` ends the process by itself; of any other, the
/// result does. The span of the return type is where a wrong one is reported.
fn call(function: &Ident, output: &ReturnType) -> TokenStream {
    if is_never(output) {
        return quote!(super::#function());
    }
    let finish = quote_spanned!(output.span()=> ::userspace::private::finish);
    quote!(#finish(super::#function()))
}

/// Tells whether a function is written to return `!`. There is no trait to ask: `!` is not a type
/// like the others yet.
fn is_never(output: &ReturnType) -> bool {
    let ReturnType::Type(_, output) = output else {
        return false;
    };
    let mut output: &Type = output;
    loop {
        output = match output {
            Type::Never(_) => return true,
            Type::Paren(inner) => &inner.elem,
            Type::Group(inner) => &inner.elem,
            _ => return false,
        };
    }
}

fn panic_handler() -> TokenStream {
    quote! {
        #[panic_handler]
        fn panic(info: &::core::panic::PanicInfo<'_>) -> ! {
            ::userspace::panic::report(info)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(tokens: TokenStream) -> syn::File {
        syn::parse2(tokens).expect("the expansion should be Rust items")
    }

    /// The items of the generated module, as text, by the words they begin with.
    fn generated(tokens: TokenStream) -> String {
        let file = parsed(tokens);
        let Some(syn::Item::Mod(module)) = file.items.last() else {
            panic!("the last item should be the generated module");
        };
        quote!(#module).to_string()
    }

    #[test]
    fn the_function_stays_as_it_was_written() {
        let written = quote! {
            /// Says good morning.
            #[inline(never)]
            fn greet() -> ! { loop {} }
        };
        let expansion = process_entry(quote!("greeter"), written.clone()).to_string();
        assert!(expansion.contains(&written.to_string()), "{expansion}");
        assert_eq!(parsed(process_entry(quote!("greeter"), written)).items.len(), 2);
    }

    #[test]
    fn only_a_function_that_returns_has_its_result_taken() {
        let call_of = |function| generated(entry(TokenStream::new(), function));
        let finish = ":: userspace :: private :: finish (super :: main ())";
        for never in [
            quote!(
                fn main() -> ! {}
            ),
            quote!(
                fn main() -> (!) {}
            ),
        ] {
            let call = call_of(never);
            assert!(call.contains("super :: main ()") && !call.contains("finish"), "{call}");
        }
        for returning in [
            quote!(
                fn main() {}
            ),
            quote!(
                fn main() -> () {}
            ),
            quote!(
                fn main() -> u32 {
                    1
                }
            ),
            quote!(
                fn main() -> Result<()> {
                    Ok(())
                }
            ),
        ] {
            let call = call_of(returning);
            assert!(call.contains(finish), "{call}");
        }
    }

    #[test]
    fn the_name_reaches_the_record_and_its_length_counts_bytes() {
        let module = generated(process_entry(
            quote!("café"),
            quote!(
                fn main() {}
            ),
        ));
        assert!(module.contains("ProgramRecord < 5usize >"), "{module}");
        assert!(module.contains("ProgramRecord :: new (\"café\")"), "{module}");
        assert!(module.contains(&format!("link_section = \"{ABI_SECTION}\"")), "{module}");
        let module = generated(entry(
            TokenStream::new(),
            quote!(
                fn main() {}
            ),
        ));
        assert!(module.contains("ProgramRecord < 0usize >"), "{module}");
    }

    #[test]
    fn only_process_entry_brings_a_panic_handler() {
        let function = quote!(
            fn main() {}
        );
        let module = generated(process_entry(quote!("greeter"), function.clone()));
        assert!(module.contains("# [panic_handler]"), "{module}");
        let module = generated(entry(TokenStream::new(), function));
        assert!(!module.contains("panic_handler"), "{module}");
    }

    #[test]
    fn a_refusal_keeps_the_function_and_generates_nothing() {
        let expansion = entry(
            TokenStream::new(),
            quote!(
                fn main(argument: u32) {}
            ),
        )
        .to_string();
        assert!(expansion.contains("compile_error"), "{expansion}");
        assert!(expansion.contains("fn main (argument : u32) { }"), "{expansion}");
        assert!(!expansion.contains("__guichet_program"), "{expansion}");
    }
}
